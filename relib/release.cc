#include "relib/release.h"

#include "platform/agent/release.h"

namespace relib {

void ReleaseToHost(int descriptor) {
  relib_platform_release_descriptor(descriptor);
}

void ReleaseToHost(FILE* stream) { relib_platform_release_stream(stream); }

void ReleaseMappingToHost(void* address, size_t size) {
  relib_platform_release_mapping(address, size);
}

void ReleaseLibraryToHost(void* library) {
  relib_platform_release_library(library);
}

void ReleaseHandleToHost(void* handle) {
  relib_platform_release_handle(handle);
}

}  // namespace relib
