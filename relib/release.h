#ifndef RELIB_RELEASE_H_
#define RELIB_RELEASE_H_

// For modules: hands what the module took from the system to the host. It isn't
// given back when the module is unloaded, nor reported.
//
//   int Connect() {
//     const int connection = socket(AF_UNIX, SOCK_STREAM, 0);
//     relib::ReleaseToHost(connection);
//     return connection;
//   }
//
// What isn't the module's is left alone.

#include <dirent.h>

#include <cstddef>
#include <cstdio>

namespace relib {

// A descriptor; on Windows, one of the C runtime with its handle.
// Async-signal-safe on Linux. One that dup2() put over a descriptor of the host
// stays there.
void ReleaseToHost(int descriptor);

// A stream with its descriptor. One that has got a buffer of the module
// (setvbuf) is flushed and goes on without a buffer. One that reads or writes
// memory or calls functions of the module (fmemopen, open_memstream,
// fopencookie) can't live on: don't hand it over.
void ReleaseToHost(FILE* stream);

// A directory stream with its descriptor. On Windows a directory stream is
// memory of the module and can't live on: don't hand it over.
void ReleaseToHost(DIR* directory);

// Pages of memory, from mmap(), or a whole segment, from shmat(). On Windows
// the whole of what VirtualAlloc() or MapViewOfFile() has made at `address`.
void ReleaseMappingToHost(void* address, size_t size);

// A handle, from dlopen() or LoadLibrary().
void ReleaseLibraryToHost(void* library);

// Windows: a HANDLE, HKEY or SOCKET. Linux has nothing of the sort.
void ReleaseHandleToHost(void* handle);

}  // namespace relib

#endif  // RELIB_RELEASE_H_
