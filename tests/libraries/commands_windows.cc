#include <span>

#include "tests/libraries/commands.h"

namespace relib {

std::span<const Command> SystemCommands() { return {}; }

}  // namespace relib
