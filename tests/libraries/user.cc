// A module that is linked against the shared libraries `counter` and `plain`.

#include <string_view>

#include "relib/module.h"
#include "tests/libraries/commands.h"
#include "tests/libraries/counter.h"
#include "tests/libraries/interface.h"
#include "tests/libraries/plain.h"

namespace relib {
namespace {

int Run(std::string_view command) {
  constexpr Command kCommands[] = {
      {"version", CounterVersion},
      {"count", CounterCount},
      {"start thread", CounterStartThread},
      {"stop thread", CounterStopThread},
      {"answer", PlainAnswer},
  };
  for (const auto& [name, function] : kCommands) {
    if (name == command) return function();
  }
  for (const auto& [name, function] : SystemCommands()) {
    if (name == command) return function();
  }
  return -1;
}

}  // namespace

RELIB_EXPORTS(LibraryUserExports, .run = implement<Run>);

}  // namespace relib
