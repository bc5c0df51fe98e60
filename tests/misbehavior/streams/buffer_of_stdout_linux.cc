// Gives stdout a buffer that is in the image, and prints `argument`.

#include <stdio.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[1 << 16];

int64_t Run(std::string_view argument) {
  setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  return std::printf("%.*s", static_cast<int>(argument.size()),
                     argument.data());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
