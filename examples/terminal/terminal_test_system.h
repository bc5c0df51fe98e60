#ifndef EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_
#define EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_

#include <optional>
#include <string>

// The few things that terminal_test needs from each system.
namespace relib::platform::test {

// An empty value unsets it.
void SetVariable(const std::string& name, const std::string& value);

// What `<program> <arguments>` writes to a terminal; empty if none can be made.
std::optional<std::string> OutputOnTerminal(const std::string& program,
                                            const std::string& arguments);

// As Ctrl-C does.
void InterruptThisProcess();

}  // namespace relib::platform::test

#endif  // EXAMPLES_TERMINAL_TERMINAL_TEST_SYSTEM_H_
