// Makes stdout write to the file `argument`.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view argument) {
  return freopen(std::string(argument).c_str(), "w", stdout) == stdout &&
                 std::printf("from the module") > 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
