// Tells the code of winpthreads from the module's. Its sections are renamed
// (runtime_archives.bzl) so that the linker, which sorts sections by name, puts
// them between the two functions here.

#include <cstdint>

#include "platform/windows/agent/agent_internal.h"

namespace relib::platform::internal {
namespace {

// The functions differ, so that no linker folds them into one.
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
