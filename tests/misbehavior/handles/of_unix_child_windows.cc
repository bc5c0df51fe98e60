// Starts programs of the Unix system below Wine, for which Wine leaves
// PROCESS_INFORMATION as it was on the stack. Returns the number of processes.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t started = 0;
  for (int i = 0; i < 10; ++i) {
    wchar_t command_line[] = L"true";
    STARTUPINFOW startup = {};
    startup.cb = sizeof(startup);
    PROCESS_INFORMATION process = {};
    if (CreateProcessW(L"\\\\?\\unix\\bin\\true", command_line, nullptr,
                       nullptr, FALSE, 0, nullptr, nullptr, &startup,
                       &process)) {
      ++started;
    }
  }
  return started;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
