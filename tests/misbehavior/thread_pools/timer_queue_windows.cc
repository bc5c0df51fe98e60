// Leaves a timer queue with a timer that calls a function every millisecond.
// Returns the number of calls so far.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

LONG calls = 0;

void CALLBACK Count(void*, BOOLEAN) { InterlockedIncrement(&calls); }

bool Start() {
  HANDLE timer;
  return CreateTimerQueueTimer(&timer, CreateTimerQueue(), &Count, nullptr, 0,
                               1, WT_EXECUTEDEFAULT);
}

int64_t Run(std::string_view) {
  static const bool started = Start();
  return started ? InterlockedCompareExchange(&calls, 0, 0) : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
