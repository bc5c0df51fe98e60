// Writes to files below the folder `argument` and closes none. Returns how many
// there are.

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
  const std::string folder(argument);
  int64_t opened = 0;
  const auto write = [&](FILE* stream) {
    opened += stream != nullptr && std::fputs("text", stream) >= 0;
  };
  FILE* buffered = fopen((folder + "/fopen").c_str(), "w");
  std::setvbuf(buffered, buffer, _IOFBF, sizeof(buffer));
  write(buffered);
  write(_fsopen((folder + "/fsopen").c_str(), "w", 0x40));
  write(_fdopen(_creat((folder + "/fdopen").c_str(), 0600), "w"));
  write(freopen((folder + "/freopen").c_str(), "w",
                fopen((folder + "/other").c_str(), "w")));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
