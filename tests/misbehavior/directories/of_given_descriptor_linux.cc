// Reads a directory through a descriptor that the host gave it, and leaves the
// directory stream open.

#include <dirent.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  DIR* directory = fdopendir(std::atoi(std::string(argument).c_str()));
  return directory != nullptr && readdir(directory) != nullptr;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
