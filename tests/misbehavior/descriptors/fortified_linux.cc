// Opens the folder `argument` as code does that is compiled with
// _FORTIFY_SOURCE, and closes nothing. Returns how often.

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
  const std::string folder(argument);
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  int64_t opened = 0;
  const auto check = [&](int descriptor) { opened += descriptor >= 0; };
  check(__open_2(folder.c_str(), kFlags));
  check(__open64_2(folder.c_str(), kFlags));
  check(__openat_2(AT_FDCWD, folder.c_str(), kFlags));
  check(__openat64_2(AT_FDCWD, folder.c_str(), kFlags));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
