// Opens a directory stream, and releases it to the host. Returns its address.

#include <dirent.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "relib/release_posix.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  DIR* directory = opendir("/proc");
  relib::ReleaseToHost(directory);
  return reinterpret_cast<int64_t>(directory);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
