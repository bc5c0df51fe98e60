// Begins and ends a DbgHelp session.

#include <windows.h>
// After windows.h.
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

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
