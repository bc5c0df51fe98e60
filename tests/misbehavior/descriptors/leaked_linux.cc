// Opens files in the directory `argument` by each function that opens one, and
// closes none. Returns the number of descriptors.

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  const auto name = [&](const char* end) { return path + end; };
  // Volatile, so that the compiler calls the fortified functions.
  const volatile int flags = O_RDONLY | O_DIRECTORY;
  int64_t opened = 0;
  const auto check = [&](int descriptor) { opened += descriptor >= 0; };
  check(open(name("/open").c_str(), O_WRONLY | O_CREAT, 0600));
  check(open(path.c_str(), flags));
  check(open64(name("/open64").c_str(), O_WRONLY | O_CREAT, 0600));
  check(open64(path.c_str(), flags));
  const int directory = open(path.c_str(), O_PATH | O_DIRECTORY);
  check(directory);
  check(openat(directory, "openat", O_WRONLY | O_CREAT, 0600));
  check(openat(directory, ".", flags));
  check(openat64(directory, "openat64", O_WRONLY | O_CREAT, 0600));
  check(creat(name("/creat").c_str(), 0600));
  check(creat64(name("/creat64").c_str(), 0600));
  for (auto* make : {mkstemp, mkstemp64}) {
    std::string pattern = name("/made.XXXXXX");
    check(make(pattern.data()));
  }
  for (auto* make : {mkostemp, mkostemp64}) {
    std::string pattern = name("/made.XXXXXX");
    check(make(pattern.data(), O_CLOEXEC));
  }
  for (auto* make : {mkstemps, mkstemps64}) {
    std::string pattern = name("/made.XXXXXX.end");
    check(make(pattern.data(), 4));
  }
  for (auto* make : {mkostemps, mkostemps64}) {
    std::string pattern = name("/made.XXXXXX.end");
    check(make(pattern.data(), 4, O_CLOEXEC));
  }
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
