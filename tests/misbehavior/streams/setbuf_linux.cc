// Writes to two files in the folder `argument` through buffers that lie in the
// image, set by the functions that were there before setvbuf().

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
  const std::string folder(argument);
  FILE* first = fopen((folder + "/setbuf").c_str(), "w");
  setbuf(first, first_buffer);
  FILE* second = fopen((folder + "/setbuffer").c_str(), "w");
  setbuffer(second, second_buffer, sizeof(second_buffer));
  return std::fputs("in the buffer", first) >= 0 &&
                 std::fputs("in the buffer", second) >= 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
