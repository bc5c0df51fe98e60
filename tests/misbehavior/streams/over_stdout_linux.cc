// Reopens stdout for the file `argument`, and prints.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  return freopen(std::string(argument).c_str(), "w", stdout) == stdout &&
                 std::printf("from the module") > 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
