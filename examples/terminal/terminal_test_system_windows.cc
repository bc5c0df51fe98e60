#include <windows.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "examples/terminal/terminal_test_system.h"
#include "platform/windows/system/utf.h"

namespace relib::platform::test {

void SetVariable(const std::string& name, const std::string& value) {
  SetEnvironmentVariableW(ToWide(name).c_str(),
                          value.empty() ? nullptr : ToWide(value).c_str());
}

std::optional<std::string> OutputOnTerminal(const std::string&,
                                            const std::string&) {
  return std::nullopt;
}

void InterruptThisProcess() {
  // The event interrupts all processes of the console. A console of its own
  // keeps it away from the shell that runs the test.
  static const bool own_console = [] {
    FreeConsole();
    return AllocConsole() != 0;
  }();
  (void)own_console;
  GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
}

}  // namespace relib::platform::test
