// Opens the list of file systems, and closes it.

#include <mntent.h>
#include <stdio.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) {
  // It always returns 1.
  return endmntent(setmntent("/proc/self/mounts", "r")) - 1;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
