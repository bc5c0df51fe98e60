#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

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

class Streams final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kStreams;

  FILE* Add(void* resources, FILE* file, Stream stream) {
    if (file == nullptr) return file;
    const KeepErrno keep;
    stream.descriptors = &ResourcesOf<Descriptors>(resources);
    if (const int descriptor = fileno(file);
        descriptor >= 0 && stream.owns_descriptor) {
      stream.descriptors->Add(descriptor);
    }
    const std::lock_guard lock(mutex_);
    streams_[file] = stream;
    return file;
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

  // From now on, the module's handler of SIGPIPE is gone. Static destructors and
  // LeaveImage() may write to a broken pipe all the same.
  void BeforeDestructors() override { sigpipe_.emplace(); }

  // Done here, because buffers and callbacks may be in the image.
  void LeaveImage(ReclaimReport& report) override {
    std::map<FILE*, Stream> left;
    {
      const std::lock_guard lock(mutex_);
      left.swap(streams_);
    }
    for (const auto& [file, stream] : left) Close(file, stream, report);
    sigpipe_.reset();
  }

 private:
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
    std::thread([file] { ::pclose(file); }).detach();
  }

  // Accessed only by the unloading thread.
  std::optional<SigpipeScope> sigpipe_;
  std::mutex mutex_;
  std::map<FILE*, Stream> streams_;
};

Streams& StreamsOf(void* resources) { return ResourcesOf<Streams>(resources); }

FILE* Reopen(void* resources, const char* path, const char* mode, FILE* file) {
  if (const std::optional<Stream> stream = StreamsOf(resources).Remove(file)) {
    FILE* opened = ::freopen(path, mode, file);
    return StreamsOf(resources).Add(
        resources, opened,
        {.owns_descriptor = stream->owns_descriptor || path != nullptr});
  }
  auto& descriptors = ResourcesOf<Descriptors>(resources);
  const int descriptor = fileno(file);
  if (descriptor < 0) return ::freopen(path, mode, file);
  // glibc reuses the number of the descriptor.
  Descriptors::Replacement replacement(descriptors, descriptor);
  FILE* opened = ::freopen(path, mode, file);
  if (opened != nullptr && fileno(opened) == descriptor) replacement.Done();
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
  return Reopen(resources, path, mode, stream);
}

FILE* hooks::freopen64(void* resources, const char* path, const char* mode,
                       FILE* stream) {
  return Reopen(resources, path, mode, stream);
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
