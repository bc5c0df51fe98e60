#ifndef TESTS_LIBRARIES_COMMANDS_H_
#define TESTS_LIBRARIES_COMMANDS_H_

#include <span>
#include <string_view>

namespace relib {

// A function of a library, by the name under which the module `user` calls it.
struct Command {
  std::string_view name;
  int (*function)();
};

// Returns the commands that exist on this system only.
std::span<const Command> SystemCommands();

}  // namespace relib

#endif  // TESTS_LIBRARIES_COMMANDS_H_
