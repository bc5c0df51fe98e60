// Opens streams for two files in the directory `argument`, gives them buffers
// in the image by the functions older than setvbuf(), and writes to both.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char first_buffer[BUFSIZ];
char second_buffer[1 << 16];

int64_t Run(std::string_view argument) {
  const std::string directory(argument);
  FILE* first = fopen((directory + "/setbuf").c_str(), "w");
  setbuf(first, first_buffer);
  FILE* second = fopen((directory + "/setbuffer").c_str(), "w");
  setbuffer(second, second_buffer, sizeof(second_buffer));
  return std::fputs("in the buffer", first) >= 0 &&
                 std::fputs("in the buffer", second) >= 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
