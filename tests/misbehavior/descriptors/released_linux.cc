// Opens the file `argument`, hands the descriptor to the host and returns it.

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const int descriptor = open(std::string(argument).c_str(), O_RDONLY);
  relib::ReleaseToHost(descriptor);
  return descriptor;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
