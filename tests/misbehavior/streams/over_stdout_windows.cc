// Reopens stdout for the file `argument`, gives it a buffer in the image, and
// prints.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[4096];

int64_t Run(std::string_view argument) {
  if (freopen(std::string(argument).c_str(), "w", stdout) == nullptr) return -1;
  std::setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  return std::fputs("from the module", stdout);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
