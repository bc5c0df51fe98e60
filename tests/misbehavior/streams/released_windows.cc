// Opens the file `argument`, writes to it and hands it to the host. Returns the
// stream.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
