// Writes to files in the directory `argument`, and closes none of the streams.
// Returns the number of streams.

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char buffer[4096];

int64_t Run(std::string_view argument) {
  const std::string directory(argument);
  int64_t opened = 0;
  const auto write = [&](FILE* stream) {
    opened += stream != nullptr && std::fputs("text", stream) >= 0;
  };
  FILE* buffered = fopen((directory + "/fopen").c_str(), "w");
  std::setvbuf(buffered, buffer, _IOFBF, sizeof(buffer));
  write(buffered);
  write(_fsopen((directory + "/fsopen").c_str(), "w", 0x40));
  write(_fdopen(_creat((directory + "/fdopen").c_str(), 0600), "w"));
  write(freopen((directory + "/freopen").c_str(), "w",
                fopen((directory + "/other").c_str(), "w")));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
