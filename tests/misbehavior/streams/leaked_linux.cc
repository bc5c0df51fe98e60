// Writes to files below the folder `argument` and closes none. Returns how many
// there are.

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
  const std::string folder(argument);
  int64_t opened = 0;
  const auto write = [&](FILE* stream) {
    opened += stream != nullptr && std::fputs("text", stream) >= 0;
  };
  write(fopen((folder + "/fopen").c_str(), "w"));
  write(fopen64((folder + "/fopen64").c_str(), "w"));
  write(fdopen(creat((folder + "/fdopen").c_str(), 0600), "w"));
  write(tmpfile());
  write(tmpfile64());
  write(freopen((folder + "/freopen").c_str(), "w",
                fopen((folder + "/other").c_str(), "w")));
  write(freopen64((folder + "/freopen64").c_str(), "w",
                  fopen64((folder + "/other64").c_str(), "w")));
  opened += setmntent("/proc/self/mounts", "r") != nullptr;
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
