// Removes the exception handlers that it sets.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

LONG WINAPI Search(EXCEPTION_POINTERS*) { return EXCEPTION_CONTINUE_SEARCH; }

int64_t Run(std::string_view) {
  void* const handler = AddVectoredExceptionHandler(0, &Search);
  SetUnhandledExceptionFilter(SetUnhandledExceptionFilter(&Search));
  void* const continues = AddVectoredContinueHandler(0, &Search);
  return RemoveVectoredExceptionHandler(handler) != 0 &&
                 RemoveVectoredContinueHandler(continues) != 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
