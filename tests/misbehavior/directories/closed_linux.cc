// Closes the directory streams that it opens, directly and by the C++ library.

#include <dirent.h>

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  const int result = closedir(opendir("/proc"));
  const auto count = std::distance(std::filesystem::directory_iterator("/dev"),
                                   std::filesystem::directory_iterator());
  return count > 0 ? result : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
