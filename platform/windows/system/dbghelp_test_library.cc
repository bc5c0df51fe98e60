// Uses DbgHelp as a module with a crash reporter does.

#include <windows.h>
// After windows.h.
// clang-format off
#include <dbghelp.h>
// clang-format on

#include <cstdint>
#include <cstring>

#include "platform/agent/agent.h"

extern "C" {

void Start(const relib::platform::AgentBinding* binding) {
  relib::platform::BindAgent(binding);
  relib::platform::RunConstructors();
}

bool BeginSession() {
  const HANDLE process = GetCurrentProcess();
  if (!SymInitialize(process, "", FALSE)) return false;
  HMODULE self;
  char path[MAX_PATH];
  if (!GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                              GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                          reinterpret_cast<LPCSTR>(&BeginSession), &self) ||
      GetModuleFileNameA(self, path, MAX_PATH) == 0) {
    return false;
  }
  SetLastError(ERROR_SUCCESS);
  return SymLoadModuleEx(process, nullptr, path, nullptr,
                         reinterpret_cast<uintptr_t>(self), 0, nullptr,
                         0) != 0 ||
         GetLastError() == ERROR_SUCCESS;
}

bool BeginSessionOfAllModules() {
  return SymInitialize(GetCurrentProcess(), nullptr, TRUE) != FALSE;
}

bool EndSession() { return SymCleanup(GetCurrentProcess()) != FALSE; }

// Returns whether the library finds the name of its own function.
bool FindsOwnName() {
  struct {
    SYMBOL_INFO info;
    char rest[256];
  } buffer = {};
  buffer.info.SizeOfStruct = sizeof(buffer.info);
  buffer.info.MaxNameLen = sizeof(buffer.rest);
  DWORD64 offset = 0;
  return SymFromAddr(GetCurrentProcess(),
                     reinterpret_cast<uintptr_t>(&FindsOwnName), &offset,
                     &buffer.info) &&
         std::strcmp(buffer.info.Name, "FindsOwnName") == 0;
}

}  // extern "C"
