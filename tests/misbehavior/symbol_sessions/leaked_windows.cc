// Begins two sessions with DbgHelp, by each of the functions for that, and ends
// none. Returns how many it has begun.

#include <windows.h>
// Behind the other.
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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
