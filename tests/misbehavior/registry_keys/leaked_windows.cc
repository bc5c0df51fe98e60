// Leaves one registry key open, and closes another one.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  HKEY software;
  HKEY current;
  return RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"Software", 0, KEY_READ,
                       &software) == ERROR_SUCCESS &&
                 RegOpenKeyExW(HKEY_CURRENT_USER, L"Software", 0, KEY_READ,
                               &current) == ERROR_SUCCESS &&
                 RegCloseKey(current) == ERROR_SUCCESS
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
