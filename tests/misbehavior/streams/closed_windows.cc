// Opens and closes a stream for the file `argument`.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = fopen(std::string(argument).c_str(), "w");
  std::fputs("text", stream);
  return std::fclose(stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
