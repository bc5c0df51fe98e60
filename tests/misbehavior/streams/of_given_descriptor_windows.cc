// Opens a stream of the descriptor `argument`, writes to the stream, and leaves
// it open.

#include <io.h>
#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = _fdopen(std::stoi(std::string(argument)), "w");
  return std::fputs("to the host", stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
