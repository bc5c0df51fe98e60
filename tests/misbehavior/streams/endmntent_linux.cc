// Opens and closes the list of mounted file systems.

#include <mntent.h>
#include <stdio.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  // endmntent() always returns 1.
  return endmntent(setmntent("/proc/self/mounts", "r")) - 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
