// Opens the file `argument` and returns the descriptor without releasing it to
// the host.

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  return open(std::string(argument).c_str(), O_RDONLY);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
