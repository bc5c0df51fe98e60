// What relib/release.h says to the estate.

#include <stdint.h>
#include <stdio.h>

#include "platform/windows/agent_hooks.h"

namespace {

using relib::platform::ResourceKind;
using relib::platform::internal::GivesBack;

}  // namespace

extern "C" {

void __wrap_relib_platform_release_descriptor(int descriptor) {
  GivesBack(ResourceKind::descriptors, descriptor, nullptr);
}

void __wrap_relib_platform_release_stream(FILE* stream) {
  GivesBack(ResourceKind::streams, stream, nullptr);
}

void __wrap_relib_platform_release_mapping(void* address, size_t /*size*/) {
  GivesBack(ResourceKind::mappings, address, nullptr);
}

void __wrap_relib_platform_release_library(void* library) {
  GivesBack(ResourceKind::libraries, library, nullptr);
}

void __wrap_relib_platform_release_handle(void* handle) {
  GivesBack(ResourceKind::handles, handle, nullptr);
  GivesBack(ResourceKind::registry_keys, handle, nullptr);
  GivesBack(ResourceKind::sockets, handle, nullptr);
}

}  // extern "C"
