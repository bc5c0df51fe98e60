#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/descriptors/descriptors.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/streams/sigpipe_scope.h"

namespace relib::platform {
namespace {

// The variables that open_memstream() updates. glibc stores their addresses
// after the FILE.
struct MemoryResult {
  char** buffer;
  size_t* size;
};

// Returns the address where glibc stores them, or null if it is not found.
MemoryResult* FindMemoryResult(FILE* stream, MemoryResult wanted) {
  // A function table and two unused words precede them. The allocation of the
  // stream is larger than this search.
  constexpr size_t kMaxWords = 4;
  char* position = reinterpret_cast<char*>(stream + 1);
  for (size_t i = 0; i < kMaxWords; ++i, position += sizeof(void*)) {
    if (std::memcmp(position, &wanted, sizeof(wanted)) == 0) {
      return reinterpret_cast<MemoryResult*>(position);
    }
  }
  return nullptr;
}

struct Stream {
  // Describes a stream that is not a file.
  std::string_view text = {};
  // False if fdopen() got a descriptor that is not the module's.
  bool owns_descriptor = true;
  // The record of its descriptor.
  Descriptors* descriptors = nullptr;
  bool has_child = false;
  // It writes to memory of the module, which may be gone.
  bool in_memory = false;
  MemoryResult* memory_result = nullptr;
  bool has_buffer = false;
};

// The bits of FILE::_flags that fopen() sets from its mode. glibc has fixed
// their values, but does not export their names.
constexpr int kNoReads = 0x4;
constexpr int kNoWrites = 0x8;
constexpr int kAppends = 0x1000;
constexpr int kModeBits = kNoReads | kNoWrites | kAppends;

// Makes a stream of the program usable again: with the descriptor and the mode
// that it had before a module called freopen(). `replace` puts the file back.
template <typename Replace>
void Reopen(FILE* file, int mode_bits, Replace replace) {
  flockfile(file);
  fflush_unlocked(file);
  // Data that was read ahead from the module's file.
  __fpurge(file);
  replace();
  file->_flags = (file->_flags & ~kModeBits) | mode_bits;
  // The position of the file is unknown.
  file->_offset = -1;
  clearerr_unlocked(file);
  funlockfile(file);
}

class Streams;

// stdin, stdout and stderr, which a module may assign. Several modules may do
// so and be unloaded in any order.
struct StandardStreams {
  static constexpr std::array<FILE**, 3> kVariables = {&stdin, &stdout,
                                                       &stderr};
  static constexpr std::array<const char*, 3> kNames = {"stdin", "stdout",
                                                        "stderr"};

  std::mutex mutex;
  std::vector<Streams*> modules;

  static StandardStreams& Get() {
    static absl::NoDestructor<StandardStreams> streams;
    return *streams;
  }
};

class Streams final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kStreams;

  Streams() {
    StandardStreams& standard = StandardStreams::Get();
    const std::lock_guard lock(standard.mutex);
    standard.modules.push_back(this);
  }
  ~Streams() override {
    StandardStreams& standard = StandardStreams::Get();
    const std::lock_guard lock(standard.mutex);
    std::erase(standard.modules, this);
  }

  FILE* Add(void* resources, FILE* file, Stream stream) {
    if (file == nullptr) return file;
    const KeepErrno keep;
    stream.descriptors = &ResourcesOf<Descriptors>(resources);
    if (const int descriptor = fileno(file);
        descriptor >= 0 && stream.owns_descriptor) {
      stream.descriptors->Add(descriptor);
    }
    const std::lock_guard lock(mutex_);
    // The module may assign the stream to one of the variables later.
    for (size_t i = 0; i < standard_before_.size(); ++i) {
      FILE* current = *StandardStreams::kVariables[i];
      if (!streams_.contains(current)) standard_before_[i] = current;
    }
    streams_[file] = stream;
    return file;
  }

  // Records a stream that is not the module's, after freopen().
  void Reopened(Descriptors& descriptors, FILE* file, int descriptor,
                int mode_before) {
    const std::lock_guard lock(mutex_);
    Foreign& stream =
        reopened_
            .try_emplace(file, Foreign{.descriptors = &descriptors,
                                       .descriptor = descriptor,
                                       .mode_before = mode_before})
            .first->second;
    stream.mode_now = file->_flags & kModeBits;
  }

  // Must be called before the stream is closed.
  std::optional<Stream> Remove(FILE* file) {
    std::optional<Stream> removed;
    {
      const std::lock_guard lock(mutex_);
      const auto found = streams_.find(file);
      if (found == streams_.end()) return removed;
      removed = found->second;
      streams_.erase(found);
    }
    if (removed->owns_descriptor) {
      const KeepErrno keep;
      if (const int descriptor = fileno(file); descriptor >= 0) {
        removed->descriptors->Remove(descriptor);
      }
    }
    return removed;
  }

  // Returns false if the stream is not the module's.
  bool SetHasBuffer(FILE* file) {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(file);
    if (found == streams_.end()) return false;
    found->second.has_buffer = true;
    return true;
  }

  // From now on, the module's handler of SIGPIPE is gone. Static destructors
  // and LeaveImage() may write to a broken pipe all the same.
  void BeforeDestructors() override { sigpipe_.emplace(); }

  // Done here, because buffers and callbacks may be in the image.
  void LeaveImage(ReclaimReport& report) override {
    std::map<FILE*, Stream> left;
    {
      const std::lock_guard lock(mutex_);
      left.swap(streams_);
    }
    RestoreStandardStreams(left, report);
    for (const auto& [file, stream] : left) Close(file, stream, report);
    RestoreReopened(report);
    sigpipe_.reset();
  }

 private:
  // A stream of the program that the module has reopened.
  struct Foreign {
    Descriptors* descriptors = nullptr;
    int descriptor = -1;
    int mode_before = 0;
    int mode_now = 0;
  };

  // Puts back the variables that are streams of the module.
  void RestoreStandardStreams(const std::map<FILE*, Stream>& left,
                              ReclaimReport& report) {
    StandardStreams& standard = StandardStreams::Get();
    const std::lock_guard lock(standard.mutex);
    for (size_t i = 0; i < standard_before_.size(); ++i) {
      FILE*& variable = *StandardStreams::kVariables[i];
      if (left.contains(variable)) {
        variable = standard_before_[i];
        report.Add("variable", StandardStreams::kNames[i]);
      }
      for (Streams* other : standard.modules) {
        if (other == this) continue;
        const std::lock_guard other_lock(other->mutex_);
        if (left.contains(other->standard_before_[i])) {
          other->standard_before_[i] = standard_before_[i];
        }
      }
    }
  }

  void RestoreReopened(ReclaimReport& report) {
    std::map<FILE*, Foreign> reopened;
    {
      const std::lock_guard lock(mutex_);
      reopened.swap(reopened_);
    }
    for (const auto& [file, stream] : reopened) {
      // Otherwise, other code has closed the descriptor or replaced its file,
      // and may have closed the stream.
      if (stream.descriptors->HasReplaced(stream.descriptor)) {
        Reopen(file, stream.mode_before,
               [&] { stream.descriptors->Restore(stream.descriptor, report); });
        continue;
      }
      // Another module that has reopened the stream since must not put the mode
      // of this one back.
      StandardStreams& standard = StandardStreams::Get();
      const std::lock_guard lock(standard.mutex);
      for (Streams* other : standard.modules) {
        if (other == this) continue;
        const std::lock_guard other_lock(other->mutex_);
        const auto found = other->reopened_.find(file);
        if (found != other->reopened_.end() &&
            found->second.mode_before == stream.mode_now) {
          found->second.mode_before = stream.mode_before;
        }
      }
    }
  }

  static void Close(FILE* file, const Stream& stream, ReclaimReport& report) {
    const int descriptor = fileno(file);
    report.Add("stream", descriptor < 0 ? std::string(stream.text)
                                        : DescribeDescriptor(descriptor));
    if (stream.in_memory) __fpurge(file);
    if (stream.memory_result != nullptr) {
      char* buffer = nullptr;
      size_t size = 0;
      *stream.memory_result = {.buffer = &buffer, .size = &size};
      ::fclose(file);
      free(buffer);
      return;
    }
    if (stream.has_child) {
      CloseWithChild(file, descriptor, *stream.descriptors);
      return;
    }
    if (descriptor >= 0) {
      if (!stream.owns_descriptor) {
        // fclose() closes a duplicate instead of this descriptor.
        std::fflush(file);
        file->_fileno = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
      } else if (!stream.descriptors->Has(descriptor)) {
        // Other code has closed the descriptor, and the number may be reused.
        // glibc neither writes to nor closes -1.
        file->_fileno = -1;
      } else {
        stream.descriptors->Remove(descriptor);
      }
    }
    ::fclose(file);
  }

  // pclose() and fclose() wait for the child, which may take long, so a thread
  // of the host calls them.
  static void CloseWithChild(FILE* file, int descriptor,
                             Descriptors& descriptors) {
    descriptors.Remove(descriptor);
    // Data that the child does not accept now is lost.
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    std::fflush(file);
    __fpurge(file);
    ::setvbuf(file, nullptr, _IONBF, 0);
    try {
      std::thread([file] { ::pclose(file); }).detach();
    } catch (const std::system_error&) {
      // No thread can be started. The child gets the end of the pipe, and stays
      // a zombie after its end. An exception must not pass the loader.
      ::close(descriptor);
      file->_fileno = -1;
    }
  }

  // Accessed only by the unloading thread.
  std::optional<SigpipeScope> sigpipe_;
  std::mutex mutex_;
  std::map<FILE*, Stream> streams_;
  std::map<FILE*, Foreign> reopened_;
  // The variables before the module opened the stream that it has assigned.
  std::array<FILE*, 3> standard_before_ = {stdin, stdout, stderr};
};

Streams& StreamsOf(void* resources) { return ResourcesOf<Streams>(resources); }

FILE* ReopenFor(void* resources, const char* path, const char* mode,
                FILE* file) {
  if (const std::optional<Stream> stream = StreamsOf(resources).Remove(file)) {
    FILE* opened = ::freopen(path, mode, file);
    return StreamsOf(resources).Add(
        resources, opened,
        {.owns_descriptor = stream->owns_descriptor || path != nullptr});
  }
  auto& descriptors = ResourcesOf<Descriptors>(resources);
  const int descriptor = fileno(file);
  if (descriptor < 0) return ::freopen(path, mode, file);
  const int mode_bits = file->_flags & kModeBits;
  // glibc reuses the number of the descriptor.
  Descriptors::Replacement replacement(descriptors, descriptor);
  if (!replacement.is_possible()) return nullptr;
  FILE* opened = ::freopen(path, mode, file);
  if (opened == nullptr) {
    // glibc has closed the stream and its descriptor. The stream is not the
    // module's, so it is opened again, and gets its file back.
    const KeepErrno keep;
    if (::freopen("/dev/null", (mode_bits & kNoWrites) != 0 ? "re" : "r+e",
                  file) == nullptr) {
      return nullptr;
    }
    Reopen(file, mode_bits, [&] {
      const int opened_descriptor = file->_fileno;
      replacement.Undo();
      file->_fileno = descriptor;
      if (opened_descriptor != descriptor) ::close(opened_descriptor);
    });
    return nullptr;
  }
  if (fileno(opened) == descriptor) {
    StreamsOf(resources).Reopened(descriptors, file, descriptor, mode_bits);
    replacement.Done();
  }
  return opened;
}

// Sets a buffer. A stream that is not the module's may outlive the module's
// buffer, and its closing cannot be observed, so it gets a buffer of the C
// library.
int SetBuffer(void* resources, FILE* file, char* buffer, int mode,
              size_t size) {
  if (buffer != nullptr && !StreamsOf(resources).SetHasBuffer(file))
    buffer = nullptr;
  return ::setvbuf(file, buffer, mode, size);
}

}  // namespace

std::unique_ptr<Resources> MakeStreams() { return std::make_unique<Streams>(); }

FILE* hooks::fopen(void* resources, const char* path, const char* mode) {
  return StreamsOf(resources).Add(resources, ::fopen(path, mode), {});
}

FILE* hooks::fopen64(void* resources, const char* path, const char* mode) {
  return hooks::fopen(resources, path, mode);
}

FILE* hooks::fdopen(void* resources, int descriptor, const char* mode) {
  const bool owned = ResourcesOf<Descriptors>(resources).Has(descriptor);
  return StreamsOf(resources).Add(resources, ::fdopen(descriptor, mode),
                                  {.owns_descriptor = owned});
}

FILE* hooks::freopen(void* resources, const char* path, const char* mode,
                     FILE* stream) {
  return ReopenFor(resources, path, mode, stream);
}

FILE* hooks::freopen64(void* resources, const char* path, const char* mode,
                       FILE* stream) {
  return ReopenFor(resources, path, mode, stream);
}

FILE* hooks::tmpfile(void* resources) {
  return StreamsOf(resources).Add(resources, ::tmpfile(), {});
}

FILE* hooks::tmpfile64(void* resources) { return hooks::tmpfile(resources); }

FILE* hooks::fmemopen(void* resources, void* buffer, size_t size,
                      const char* mode) {
  return StreamsOf(resources).Add(
      resources, ::fmemopen(buffer, size, mode),
      {.text = "in memory", .in_memory = buffer != nullptr});
}

FILE* hooks::open_memstream(void* resources, char** buffer, size_t* size) {
  FILE* file = ::open_memstream(buffer, size);
  if (file == nullptr) return file;
  MemoryResult* result =
      FindMemoryResult(file, {.buffer = buffer, .size = size});
  return StreamsOf(resources).Add(
      resources, file, {.text = "in memory", .memory_result = result});
}

FILE* hooks::fopencookie(void* resources, void* cookie, const char* mode,
                         cookie_io_functions_t functions) {
  return StreamsOf(resources).Add(resources,
                                  ::fopencookie(cookie, mode, functions),
                                  {.text = "with functions of the module"});
}

FILE* hooks::popen(void* resources, const char* command, const char* type) {
  return StreamsOf(resources).Add(resources, ::popen(command, type),
                                  {.has_child = true});
}

int hooks::fclose(void* resources, FILE* stream) {
  StreamsOf(resources).Remove(stream);
  return ::fclose(stream);
}

FILE* hooks::setmntent(void* resources, const char* path, const char* mode) {
  return StreamsOf(resources).Add(resources, ::setmntent(path, mode), {});
}

int hooks::endmntent(void* resources, FILE* stream) {
  StreamsOf(resources).Remove(stream);
  return ::endmntent(stream);
}

int hooks::pclose(void* resources, FILE* stream) {
  StreamsOf(resources).Remove(stream);
  return ::pclose(stream);
}

int hooks::setvbuf(void* resources, FILE* stream, char* buffer, int mode,
                   size_t size) {
  return SetBuffer(resources, stream, buffer, mode, size);
}

void hooks::setbuf(void* resources, FILE* stream, char* buffer) {
  SetBuffer(resources, stream, buffer, buffer == nullptr ? _IONBF : _IOFBF,
            BUFSIZ);
}

void hooks::setbuffer(void* resources, FILE* stream, char* buffer,
                      size_t size) {
  SetBuffer(resources, stream, buffer, buffer == nullptr ? _IONBF : _IOFBF,
            size);
}

void hooks::relib_platform_release_stream(void* resources, FILE* stream) {
  const std::optional<Stream> released = StreamsOf(resources).Remove(stream);
  if (!released.has_value()) return;
  // The stream is flushed, and continues without a buffer.
  if (released->has_buffer) ::setvbuf(stream, nullptr, _IONBF, 0);
}

}  // namespace relib::platform
