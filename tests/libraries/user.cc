// A module that is linked against the shared libraries `counter` and `plain`.

#include <string_view>
#include <utility>

#include "relib/module.h"
#include "tests/libraries/counter.h"
#include "tests/libraries/interface.h"

extern "C" int PlainAnswer();

namespace relib {
namespace {

int Run(std::string_view command) {
  constexpr std::pair<std::string_view, int (*)()> kCommands[] = {
      {"version", CounterVersion},
      {"count", CounterCount},
      {"destroyed", CounterDestroyed},
      {"signals", CounterSignals},
      {"use key", CounterUseKey},
      {"delete key", CounterDeleteKey},
      {"handle signal", CounterHandleSignal},
      {"ignore signal", CounterIgnoreSignal},
      {"start thread", CounterStartThread},
      {"stop thread", CounterStopThread},
      {"answer", PlainAnswer},
  };
  for (const auto& [name, function] : kCommands) {
    if (name == command) return function();
  }
  return -1;
}

}  // namespace

RELIB_EXPORTS(LibraryUserExports, .run = implement<Run>);

}  // namespace relib
