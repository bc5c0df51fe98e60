// Reads a folder through a descriptor that it was given, and leaves the stream.

#include <dirent.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view argument) {
  DIR* directory = fdopendir(std::atoi(std::string(argument).c_str()));
  return directory != nullptr && readdir(directory) != nullptr;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
