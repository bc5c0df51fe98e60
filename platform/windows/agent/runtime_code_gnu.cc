// Which code is that of winpthreads: its sections have a name that comes
// between those of two functions here (runtime_archives.bzl), and the linker
// sorts them.

#include <cstdint>

#include "platform/windows/agent/agent_internal.h"

namespace relib::platform::internal {
namespace {

// Not the same, so that nobody makes one of both.
[[gnu::section(".text$zzzz_relib_runtime_0"), gnu::noinline, gnu::used]] int
Begin() {
  return 0;
}

[[gnu::section(".text$zzzz_relib_runtime_2"), gnu::noinline, gnu::used]] int
End() {
  return 2;
}

}  // namespace

bool IsRuntimeCode(const void* address) {
  const auto value = reinterpret_cast<uintptr_t>(address);
  return value > reinterpret_cast<uintptr_t>(&Begin) &&
         value < reinterpret_cast<uintptr_t>(&End);
}

}  // namespace relib::platform::internal
