// Opens a stream for the file `argument` with a buffer in the image, writes to
// it, and leaves the text in the buffer.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[1 << 16];

int64_t Run(std::string_view argument) {
  FILE* stream = fopen(std::string(argument).c_str(), "w");
  setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
  return std::fputs("in the buffer", stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
