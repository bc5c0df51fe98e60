// Leaves a vectored exception handler, a vectored continue handler and an
// unhandled exception filter. Returns the number of calls of the first one.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

LONG calls = 0;

LONG WINAPI Count(EXCEPTION_POINTERS* exception) {
  if (exception->ExceptionRecord->ExceptionCode == 0xe0000001) ++calls;
  return EXCEPTION_CONTINUE_SEARCH;
}

LONG WINAPI Search(EXCEPTION_POINTERS*) { return EXCEPTION_CONTINUE_SEARCH; }

int64_t Run(std::string_view) {
  static void* const handler = AddVectoredExceptionHandler(1, &Count);
  if (handler == nullptr) return -1;
  static void* const continues = AddVectoredContinueHandler(1, &Search);
  if (continues == nullptr) return -1;
  SetUnhandledExceptionFilter(&Search);
  return calls;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
