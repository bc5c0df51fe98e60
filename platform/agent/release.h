#ifndef PLATFORM_AGENT_RELEASE_H_
#define PLATFORM_AGENT_RELEASE_H_

#include <cstddef>
#include <cstdio>

// Called in a module to transfer a resource to the host: it is not reclaimed
// when the module is unloaded. The functions do nothing by themselves; backends
// that record such resources hook them.
//
// The names are plain C because the linker wraps them.
extern "C" {
void relib_platform_release_descriptor(int descriptor);
void relib_platform_release_stream(FILE* stream);
void relib_platform_release_mapping(void* address, size_t size);
void relib_platform_release_library(void* library);
void relib_platform_release_handle(void* handle);
}

#endif  // PLATFORM_AGENT_RELEASE_H_
