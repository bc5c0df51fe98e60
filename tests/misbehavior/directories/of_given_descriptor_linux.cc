// Reads a folder through a descriptor that it was given, and leaves the stream.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
