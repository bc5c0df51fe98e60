// Searches the directory `argument`, and ends each search.

#include <io.h>
#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string pattern = std::string(argument) + "\\*";
  _finddata64i32_t of_runtime;
  WIN32_FIND_DATAA of_system;
  return _findclose(_findfirst64i32(pattern.c_str(), &of_runtime)) == 0 &&
                 FindClose(FindFirstFileA(pattern.c_str(), &of_system))
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
