// Takes a reference to itself. With an argument, frees that reference.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

HMODULE self = nullptr;

int64_t Run(std::string_view argument) {
  if (!argument.empty()) return FreeLibrary(self) ? 0 : -1;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            reinterpret_cast<LPCWSTR>(&Run), &self)
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
