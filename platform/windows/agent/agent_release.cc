// The functions of relib/release.h: the module no longer owns these resources.

#include <stdint.h>
#include <stdio.h>

#include "platform/windows/agent/agent_hooks.h"

namespace {

using relib::platform::ResourceKind;
using relib::platform::internal::ForgetArgument;

}  // namespace

extern "C" {

void __wrap_relib_platform_release_descriptor(int descriptor) {
  ForgetArgument(ResourceKind::kDescriptors, descriptor, nullptr);
}

void __wrap_relib_platform_release_stream(FILE* stream) {
  ForgetArgument(ResourceKind::kStreams, stream, nullptr);
}

void __wrap_relib_platform_release_mapping(void* address, size_t /*size*/) {
  ForgetArgument(ResourceKind::kMappings, address, nullptr);
}

void __wrap_relib_platform_release_library(void* library) {
  ForgetArgument(ResourceKind::kLibraries, library, nullptr);
}

void __wrap_relib_platform_release_handle(void* handle) {
  ForgetArgument(ResourceKind::kHandles, handle, nullptr);
  ForgetArgument(ResourceKind::kRegistryKeys, handle, nullptr);
  ForgetArgument(ResourceKind::kSockets, handle, nullptr);
}

}  // extern "C"
