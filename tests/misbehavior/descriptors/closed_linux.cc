// Closes the descriptors that it opens, by each function that closes some.
// Returns the number of failures.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int failed = 0;
  failed += close(open("/", O_RDONLY)) != 0;
  const int descriptor = open("/", O_RDONLY);
  const auto number = static_cast<unsigned>(descriptor);
  failed += close_range(number, number, 0) != 0;
  // The lowest number that closefrom() closes.
  const int high = fcntl(0, F_DUPFD, 900);
  closefrom(high);
  failed += fcntl(high, F_GETFD) != -1;
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
