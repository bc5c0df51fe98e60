#include <span>

#include "tests/libraries/commands.h"
#include "tests/libraries/counter_linux.h"

namespace relib {

std::span<const Command> SystemCommands() {
  static constexpr Command kCommands[] = {
      {"destroyed", CounterDestroyed},
      {"signals", CounterSignals},
      {"use key", CounterUseKey},
      {"delete key", CounterDeleteKey},
      {"handle signal", CounterHandleSignal},
      {"ignore signal", CounterIgnoreSignal},
  };
  return kCommands;
}

}  // namespace relib
