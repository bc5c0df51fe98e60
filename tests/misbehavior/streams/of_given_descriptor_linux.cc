// Opens a stream of a descriptor that the host gave it, writes to the stream,
// and leaves it open.

#include <stdio.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = fdopen(std::atoi(std::string(argument).c_str()), "w");
  return std::fputs("to the host", stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
