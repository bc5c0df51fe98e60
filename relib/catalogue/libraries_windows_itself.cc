// Takes a reference on itself; with an argument, gives it back.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

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

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
