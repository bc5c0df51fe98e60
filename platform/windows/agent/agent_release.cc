// What relib/release.h says to the module resources.

#include <stdint.h>
#include <stdio.h>

#include "platform/windows/agent/agent_hooks.h"

namespace {

using relib::platform::ResourceKind;
using relib::platform::internal::GivesBack;

}  // namespace

extern "C" {

void __wrap_relib_platform_release_descriptor(int descriptor) {
  GivesBack(ResourceKind::kDescriptors, descriptor, nullptr);
}

void __wrap_relib_platform_release_stream(FILE* stream) {
  GivesBack(ResourceKind::kStreams, stream, nullptr);
}

void __wrap_relib_platform_release_mapping(void* address, size_t /*size*/) {
  GivesBack(ResourceKind::kMappings, address, nullptr);
}

void __wrap_relib_platform_release_library(void* library) {
  GivesBack(ResourceKind::kLibraries, library, nullptr);
}

void __wrap_relib_platform_release_handle(void* handle) {
  GivesBack(ResourceKind::kHandles, handle, nullptr);
  GivesBack(ResourceKind::kRegistryKeys, handle, nullptr);
  GivesBack(ResourceKind::kSockets, handle, nullptr);
}

}  // extern "C"
