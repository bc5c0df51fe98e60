// Begins to search the directory `argument`, and doesn't finish. Returns the
// number of searches.

#include <dirent.h>
#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr || readdir(directory) == nullptr) return -1;
  WIN32_FIND_DATAA found;
  if (FindFirstFileA((path + "\\*").c_str(), &found) == INVALID_HANDLE_VALUE) {
    return -1;
  }
  if (!FindClose(FindFirstFileA((path + "\\*").c_str(), &found))) return -1;
  return 2;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
