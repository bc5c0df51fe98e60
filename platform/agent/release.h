#ifndef PLATFORM_AGENT_RELEASE_H_
#define PLATFORM_AGENT_RELEASE_H_

#include <cstddef>
#include <cstdio>

// In a module: tells its module resources that something is the host's from now
// on, and isn't given back when the module goes. They do nothing by themselves;
// a backend that records such things hooks them.
//
// The names are those that the linker sees.
extern "C" {
void relib_platform_release_descriptor(int descriptor);
void relib_platform_release_stream(FILE* stream);
void relib_platform_release_mapping(void* address, size_t size);
void relib_platform_release_library(void* library);
void relib_platform_release_handle(void* handle);
}

#endif  // PLATFORM_AGENT_RELEASE_H_
