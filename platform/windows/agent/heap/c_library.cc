#include "platform/windows/agent/heap/c_library.h"

#include <windows.h>

#include <cstdlib>

// Imported from the module's C library, whichever that is.
extern "C" void* __imp__errno;  // NOLINT(bugprone-reserved-identifier)

namespace relib::platform::internal {

void (*FindCLibraryFunction(const char* name))() {
  HMODULE library = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                         GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     static_cast<LPCWSTR>(__imp__errno), &library);
  const FARPROC function = GetProcAddress(library, name);
  if (function == nullptr) std::abort();
  return reinterpret_cast<void (*)()>(function);
}

}  // namespace relib::platform::internal
