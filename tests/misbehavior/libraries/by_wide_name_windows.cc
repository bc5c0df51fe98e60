// Loads the library `argument` twice by functions that take a wide string, and
// never frees it.

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::wstring path(argument.begin(), argument.end());
  return LoadLibraryW(path.c_str()) != nullptr &&
                 LoadLibraryExW(path.c_str(), nullptr, 0) != nullptr
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
