// Leaves a handler of SIGTERM and a console control handler. Returns the number
// of calls of the former if the argument is "calls".

#include <signal.h>
#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int calls = 0;

void Count(int) {
  ++calls;
  signal(SIGTERM, &Count);
}

BOOL WINAPI Handle(DWORD) { return TRUE; }

int64_t Run(std::string_view argument) {
  if (argument == "calls") return calls;
  return signal(SIGTERM, &Count) != SIG_ERR &&
                 SetConsoleCtrlHandler(&Handle, TRUE)
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
