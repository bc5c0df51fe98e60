// Opens a stream for the file `argument` with a buffer in the image, and
// releases the stream to the host. Returns its address.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[1 << 16];

int64_t Run(std::string_view argument) {
  FILE* stream = fopen(std::string(argument).c_str(), "w");
  setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
  std::fputs("from the module, ", stream);
  relib::ReleaseToHost(stream);
  return reinterpret_cast<int64_t>(stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
