// Begins two DbgHelp sessions, by each function that begins one, and ends
// neither. Returns the number of sessions.

#include <windows.h>
// After windows.h.
#include <dbghelp.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t begun = 0;
  begun += SymInitialize(GetCurrentProcess(), nullptr, FALSE) != FALSE;
  begun += SymInitializeW(GetCurrentProcess(), nullptr, FALSE) != FALSE;
  return begun;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
