// Writes to files in the directory `argument`, and closes none of the streams.
// Returns the number of streams.

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string directory(argument);
  int64_t opened = 0;
  const auto write = [&](FILE* stream) {
    opened += stream != nullptr && std::fputs("text", stream) >= 0;
  };
  write(fopen((directory + "/fopen").c_str(), "w"));
  write(fopen64((directory + "/fopen64").c_str(), "w"));
  write(fdopen(creat((directory + "/fdopen").c_str(), 0600), "w"));
  write(tmpfile());
  write(tmpfile64());
  write(freopen((directory + "/freopen").c_str(), "w",
                fopen((directory + "/other").c_str(), "w")));
  write(freopen64((directory + "/freopen64").c_str(), "w",
                  fopen64((directory + "/other64").c_str(), "w")));
  opened += setmntent("/proc/self/mounts", "r") != nullptr;
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
