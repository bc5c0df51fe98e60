// Leaves directory streams open. Returns their number.

#include <dirent.h>
#include <fcntl.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  DIR* by_name = opendir("/proc");
  DIR* by_descriptor = fdopendir(open("/dev", O_RDONLY | O_DIRECTORY));
  return (by_name != nullptr && readdir(by_name) != nullptr) +
         (by_descriptor != nullptr && readdir(by_descriptor) != nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
