// Opens the directory `argument` by the functions that code compiled with
// _FORTIFY_SOURCE calls, and closes nothing. Returns the number of descriptors.

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's names.
extern "C" {
int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int directory, const char* path, int flags);
int __openat64_2(int directory, const char* path, int flags);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  int64_t opened = 0;
  const auto check = [&](int descriptor) { opened += descriptor >= 0; };
  check(__open_2(path.c_str(), kFlags));
  check(__open64_2(path.c_str(), kFlags));
  check(__openat_2(AT_FDCWD, path.c_str(), kFlags));
  check(__openat64_2(AT_FDCWD, path.c_str(), kFlags));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
