// Which code is that of winpthreads and libgcc: where the linker says that it
// is.

#include <cstdint>

#include "platform/windows/agent_internal.h"

extern "C" {
// runtime_code.lds
extern const char relib_runtime_code_begin[];
extern const char relib_runtime_code_end[];
}

namespace relib::platform::internal {

bool IsRuntimeCode(const void* address) {
  const auto value = reinterpret_cast<uintptr_t>(address);
  return value >= reinterpret_cast<uintptr_t>(relib_runtime_code_begin) &&
         value < reinterpret_cast<uintptr_t>(relib_runtime_code_end);
}

}  // namespace relib::platform::internal
