// Starts the shell command `argument`, writes to it, and leaves the stream
// open.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = popen(std::string(argument).c_str(), "w");
  return std::fputs("to the child", stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
