// Hands a directory stream to the host. Returns it.

#include <dirent.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  DIR* directory = opendir("/proc");
  relib::ReleaseToHost(directory);
  return reinterpret_cast<int64_t>(directory);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
