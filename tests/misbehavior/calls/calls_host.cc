// Calls the host, which may do anything in that call. Returns what the host
// returned.

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {
namespace {

int64_t Run(std::string_view argument) {
  return imports<Imports>().call(argument);
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .run = implement<Run>);

}  // namespace relib::misbehavior
