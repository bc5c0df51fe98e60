// A module whose constructor starts a thread of the library `counter` and
// throws.

#include <stdexcept>
#include <string_view>

#include "relib/module.h"
#include "tests/libraries/counter.h"
#include "tests/libraries/interface.h"

namespace relib {
namespace {

struct Failing {
  Failing() {
    CounterStartThread();
    throw std::runtime_error("the module can't start");
  }
} failing;

int Run(std::string_view /*command*/) { return -1; }

}  // namespace

RELIB_EXPORTS(LibraryUserExports, .run = implement<Run>);

}  // namespace relib
