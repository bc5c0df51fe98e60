#ifndef RELIB_RELEASE_H_
#define RELIB_RELEASE_H_

// For modules: transfers ownership of resources to the host. They are neither
// reclaimed when the module is unloaded nor reported as leftovers.
//
//   int Connect() {
//     const int connection = socket(AF_UNIX, SOCK_STREAM, 0);
//     relib::ReleaseToHost(connection);
//     return connection;
//   }
//
// Resources that the module doesn't own are ignored. All functions are
// thread-safe. relib/release_posix.h releases directory streams.

#include <cstddef>
#include <cstdio>

namespace relib {

// Releases a descriptor; on Windows, a descriptor of the C runtime with its
// handle. A descriptor of the host that the module replaced by dup2() isn't
// restored. Async-signal-safe on Linux.
void ReleaseToHost(int descriptor);

// Releases a stream with its descriptor. A stream with a buffer of the module
// (setvbuf()) is flushed and becomes unbuffered. Must not be called for a
// stream that uses memory or functions of the module (fmemopen(),
// open_memstream(), fopencookie()).
void ReleaseToHost(FILE* stream);

// Releases pages that mmap() mapped, or a whole segment that shmat() attached.
// On Windows, releases everything that VirtualAlloc() or MapViewOfFile() mapped
// at `address`. `size` is in bytes.
void ReleaseMappingToHost(void* address, size_t size);

// Releases a handle of dlopen() or LoadLibrary().
void ReleaseLibraryToHost(void* library);

// Releases a HANDLE, HKEY or SOCKET. Has no effect on Linux.
void ReleaseHandleToHost(void* handle);

}  // namespace relib

#endif  // RELIB_RELEASE_H_
