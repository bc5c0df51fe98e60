#include <errno.h>
#include <io.h>
#include <stdio.h>
#include <windows.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "platform/native/mutex.h"
#include "platform/windows/resources/descriptors/descriptors.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

DWORD WINAPI ClosePipe(void* stream) {
  _pclose(static_cast<FILE*>(stream));
  return 0;
}

// Streams of the C runtime. They are reclaimed while the image is there, which
// may hold their buffers.
class Streams final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kStreams;

  struct Stream {
    bool owns_descriptor = true;
    // Opened by _popen().
    bool has_child = false;
    bool of_runtime = false;
    // The module has given the stream a buffer.
    bool has_buffer = false;
    intptr_t handle = -1;
  };

  void Add(uint64_t value, bool of_runtime) override {
    Add(reinterpret_cast<FILE*>(value), {.of_runtime = of_runtime});
  }

  void Add(FILE* file, Stream stream) {
    if (file == nullptr) return;
    stream.handle = HandleOfDescriptor(_fileno(file));
    const std::lock_guard lock(mutex_);
    streams_[file] = stream;
  }

  // The stream is about to be closed, or it belongs to the host from now on.
  void Remove(uint64_t value) override {
    auto* file = reinterpret_cast<FILE*>(value);
    bool has_buffer = false;
    {
      const std::lock_guard lock(mutex_);
      const auto found = streams_.find(file);
      if (found != streams_.end()) {
        has_buffer = found->second.has_buffer;
        streams_.erase(found);
      }
      others_.erase(file);
    }
    if (!has_buffer) return;
    fflush(file);
    setvbuf(file, nullptr, _IONBF, 0);
  }

  bool Has(FILE* file) const {
    const std::lock_guard lock(mutex_);
    return streams_.contains(file);
  }

  // Records that a stream has a buffer of the module; or that somebody else's
  // stream has a file of the module.
  void RecordBuffer(FILE* file) {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(file);
    if (found == streams_.end()) {
      others_.insert(file);
    } else {
      found->second.has_buffer = true;
    }
  }

  void LeaveImage(ReclaimReport& report) override {
    std::map<FILE*, Stream> streams;
    std::set<FILE*> others;
    {
      const std::lock_guard lock(mutex_);
      streams.swap(streams_);
      others.swap(others_);
    }
    for (FILE* file : others) {
      fflush(file);
      setvbuf(file, nullptr, _IOFBF, BUFSIZ);
    }
    for (const auto& [file, stream] : streams) {
      if (!stream.of_runtime) {
        report.Add("stream", DescribeDescriptor(_fileno(file)));
      }
      Close(file, stream);
    }
  }

 private:
  static void Close(FILE* file, const Stream& stream) {
    const int descriptor = _fileno(file);
    // The stream has been closed elsewhere, and the FILE may be another stream
    // by now.
    if (HandleOfDescriptor(descriptor) != stream.handle) return;
    fflush(file);
    if (stream.has_child) {
      // _pclose() waits for the child.
      setvbuf(file, nullptr, _IONBF, 0);
      const HANDLE thread =
          CreateThread(nullptr, 0, &ClosePipe, file, 0, nullptr);
      if (thread != nullptr) CloseHandle(thread);
      return;
    }
    const int saved = stream.owns_descriptor ? -1 : _dup(descriptor);
    fclose(file);
    if (saved == -1) return;
    _dup2(saved, descriptor);
    _close(saved);
  }

  mutable Mutex mutex_;
  std::map<FILE*, Stream> streams_;
  std::set<FILE*> others_;
};

Streams& Of(const Caller* caller) { return ResourcesOf<Streams>(caller); }

void AddForDescriptor(const Caller* caller, FILE* result, int descriptor) {
  if (result == nullptr) return;
  auto& descriptors = ResourcesOf<Descriptors>(caller);
  const bool owns = descriptors.Has(descriptor);
  if (owns) descriptors.Remove(static_cast<uint64_t>(descriptor));
  Of(caller).Add(result,
                 {.owns_descriptor = owns, .of_runtime = caller->is_runtime});
}

// `open` opens another file for `stream`.
template <typename Open>
FILE* Reopen(const Caller* caller, FILE* stream, Open open) {
  if (stream == nullptr) return open();
  if (Of(caller).Has(stream)) {
    FILE* result = open();
    if (result != nullptr) {
      Of(caller).Add(result, {.of_runtime = caller->is_runtime});
    } else {
      Of(caller).Remove(reinterpret_cast<uint64_t>(stream));
    }
    return result;
  }
  auto& descriptors = ResourcesOf<Descriptors>(caller);
  const int target = _fileno(stream);
  if (target < 0) return open();
  fflush(stream);
  descriptors.BeforeReplace(target);
  FILE* result = open();
  descriptors.AfterReplace(caller, target,
                           result != nullptr && _fileno(result) == target);
  if (result != nullptr) Of(caller).RecordBuffer(result);
  return result;
}

}  // namespace

std::unique_ptr<RecordedResources> MakeStreams() {
  return std::make_unique<Streams>();
}

void hooks::fopen_s(const Caller* caller, int result, FILE** stream,
                    const char* /*path*/, const char* /*mode*/) {
  if (result == 0) Of(caller).Add(*stream, {.of_runtime = caller->is_runtime});
}

void hooks::_wfopen_s(const Caller* caller, int result, FILE** stream,
                      const wchar_t* /*path*/, const wchar_t* /*mode*/) {
  if (result == 0) Of(caller).Add(*stream, {.of_runtime = caller->is_runtime});
}

void hooks::_fdopen(const Caller* caller, FILE* result, int descriptor,
                    const char* /*mode*/) {
  AddForDescriptor(caller, result, descriptor);
}

void hooks::_wfdopen(const Caller* caller, FILE* result, int descriptor,
                     const wchar_t* /*mode*/) {
  AddForDescriptor(caller, result, descriptor);
}

void hooks::_popen(const Caller* caller, FILE* result, const char* /*command*/,
                   const char* /*mode*/) {
  Of(caller).Add(result, {.has_child = true, .of_runtime = caller->is_runtime});
}

void hooks::_wpopen(const Caller* caller, FILE* result,
                    const wchar_t* /*command*/, const wchar_t* /*mode*/) {
  Of(caller).Add(result, {.has_child = true, .of_runtime = caller->is_runtime});
}

FILE* hooks::freopen(const Caller* caller, const char* path, const char* mode,
                     FILE* stream) {
  return Reopen(caller, stream, [=] { return ::freopen(path, mode, stream); });
}

FILE* hooks::_wfreopen(const Caller* caller, const wchar_t* path,
                       const wchar_t* mode, FILE* stream) {
  return Reopen(caller, stream,
                [=] { return ::_wfreopen(path, mode, stream); });
}

int hooks::setvbuf(const Caller* caller, FILE* stream, char* buffer, int mode,
                   size_t size) {
  if (buffer != nullptr) Of(caller).RecordBuffer(stream);
  return ::setvbuf(stream, buffer, mode, size);
}

void hooks::setbuf(const Caller* caller, FILE* stream, char* buffer) {
  if (buffer != nullptr) Of(caller).RecordBuffer(stream);
  ::setbuf(stream, buffer);
}

}  // namespace relib::platform
