#ifndef EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_
#define EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_

#include <optional>
#include <string>

// Functions of terminal_test that depend on the system.
namespace relib::platform::test {

// Sets an environment variable, or unsets it if `value` is empty.
void SetVariable(const std::string& name, const std::string& value);

// Returns the output of `<program> <arguments>` on a terminal, or nullopt if no
// terminal can be created.
std::optional<std::string> OutputOnTerminal(const std::string& program,
                                            const std::string& arguments);

// Interrupts this process like Ctrl-C.
void InterruptThisProcess();

}  // namespace relib::platform::test

#endif  // EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_
