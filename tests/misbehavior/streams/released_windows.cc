// Opens a stream for the file `argument` with a buffer in the image, writes to
// it, and releases it to the host. Returns its address.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  static char buffer[4096];
  FILE* stream = fopen(std::string(argument).c_str(), "w");
  std::setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
  std::fputs("from the module, ", stream);
  relib::ReleaseToHost(stream);
  return reinterpret_cast<int64_t>(stream);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
