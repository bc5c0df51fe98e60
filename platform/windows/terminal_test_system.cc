#include "platform/terminal_test_system.h"

#include <windows.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "platform/windows/utf.h"

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
  // To every process of this console, of which this is the only one: Subprocess
  // gives each command a console of its own, and its shell is past caring.
  GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
}

}  // namespace relib::platform::test
