// Leaves callbacks for the thread pools of the system, by each function that
// takes one. Returns the number of their calls so far.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

LONG calls = 0;

void CALLBACK Work(PTP_CALLBACK_INSTANCE, void*, PTP_WORK) {
  InterlockedIncrement(&calls);
}
void CALLBACK Timer(PTP_CALLBACK_INSTANCE, void*, PTP_TIMER) {
  InterlockedIncrement(&calls);
}
void CALLBACK Wait(PTP_CALLBACK_INSTANCE, void*, PTP_WAIT, TP_WAIT_RESULT) {
  InterlockedIncrement(&calls);
}
void CALLBACK Simple(PTP_CALLBACK_INSTANCE, void*) {
  InterlockedIncrement(&calls);
}
DWORD WINAPI Item(void*) {
  InterlockedIncrement(&calls);
  return 0;
}
void CALLBACK WaitOrTimer(void*, BOOLEAN) { InterlockedIncrement(&calls); }

bool Start() {
  const HANDLE event = CreateEventW(nullptr, TRUE, TRUE, nullptr);
  const PTP_WORK work = CreateThreadpoolWork(&Work, nullptr, nullptr);
  const PTP_TIMER timer = CreateThreadpoolTimer(&Timer, nullptr, nullptr);
  const PTP_WAIT wait = CreateThreadpoolWait(&Wait, nullptr, nullptr);
  if (work == nullptr || timer == nullptr || wait == nullptr) return false;
  SubmitThreadpoolWork(work);
  FILETIME now = {};
  SetThreadpoolTimer(timer, &now, 1, 0);
  SetThreadpoolWait(wait, event, nullptr);
  HANDLE registered;
  HANDLE queued;
  return TrySubmitThreadpoolCallback(&Simple, nullptr, nullptr) &&
         QueueUserWorkItem(&Item, nullptr, WT_EXECUTEDEFAULT) &&
         RegisterWaitForSingleObject(&registered, event, &WaitOrTimer, nullptr,
                                     INFINITE, WT_EXECUTEONLYONCE) &&
         CreateTimerQueueTimer(&queued, nullptr, &WaitOrTimer, nullptr, 0, 1,
                               WT_EXECUTEDEFAULT);
}

int64_t Run(std::string_view) {
  static const bool started = Start();
  return started ? InterlockedCompareExchange(&calls, 0, 0) : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
