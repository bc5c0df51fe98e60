// Begins a session with DbgHelp, and ends it.

#include <windows.h>
// Behind the other.
#include <dbghelp.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  return SymInitialize(GetCurrentProcess(), nullptr, FALSE) &&
                 SymCleanup(GetCurrentProcess())
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
