// Closes everything that it creates for the thread pools of the system, before
// a callback runs. Returns the number of failures.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void CALLBACK Work(PTP_CALLBACK_INSTANCE, void*, PTP_WORK) {}
void CALLBACK Timer(PTP_CALLBACK_INSTANCE, void*, PTP_TIMER) {}
void CALLBACK Wait(PTP_CALLBACK_INSTANCE, void*, PTP_WAIT, TP_WAIT_RESULT) {}
void CALLBACK WaitOrTimer(void*, BOOLEAN) {}

// Returns whether an operation has completed, or continues in the background.
bool IsUnderWay(BOOL done) {
  return done || GetLastError() == ERROR_IO_PENDING;
}

int64_t Run(std::string_view) {
  CloseThreadpoolWork(CreateThreadpoolWork(&Work, nullptr, nullptr));
  CloseThreadpoolTimer(CreateThreadpoolTimer(&Timer, nullptr, nullptr));
  CloseThreadpoolWait(CreateThreadpoolWait(&Wait, nullptr, nullptr));

  int64_t failed = 0;
  const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  HANDLE wait;
  failed += !RegisterWaitForSingleObject(&wait, event, &WaitOrTimer, nullptr,
                                         INFINITE, WT_EXECUTEONLYONCE) ||
            !IsUnderWay(UnregisterWait(wait));
  failed += !RegisterWaitForSingleObject(&wait, event, &WaitOrTimer, nullptr,
                                         INFINITE, WT_EXECUTEONLYONCE) ||
            !UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
  CloseHandle(event);

  HANDLE queue = CreateTimerQueue();
  HANDLE timer;
  failed += !CreateTimerQueueTimer(&timer, queue, &WaitOrTimer, nullptr, 60'000,
                                   0, WT_EXECUTEDEFAULT) ||
            !DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE);
  failed += !DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE);
  queue = CreateTimerQueue();
  failed += !IsUnderWay(DeleteTimerQueue(queue));
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
