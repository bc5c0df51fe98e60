// Puts back what handlers of exceptions it sets.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

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

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
