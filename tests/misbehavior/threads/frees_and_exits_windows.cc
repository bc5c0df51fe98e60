// Starts threads that end by FreeLibraryAndExitThread(): one that owns a
// reference to the module, and one that doesn't.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

HMODULE Self(DWORD flags) {
  HMODULE self = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flags,
                     reinterpret_cast<LPCWSTR>(&Self), &self);
  return self;
}

DWORD WINAPI End(void* self) {
  Sleep(20);
  FreeLibraryAndExitThread(static_cast<HMODULE>(self), 7);
}

int64_t Run(std::string_view) {
  const HANDLE threads[] = {
      CreateThread(nullptr, 0, &End, Self(0), 0, nullptr),
      CreateThread(nullptr, 0, &End,
                   Self(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT), 0,
                   nullptr),
  };
  for (HANDLE thread : threads) CloseHandle(thread);
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
