// Queues a callback that takes as many milliseconds as the argument says. The
// argument "running" asks whether the callback is running.

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

LONG running = 0;

DWORD WINAPI Sleepy(void* milliseconds) {
  InterlockedExchange(&running, 1);
  Sleep(static_cast<DWORD>(reinterpret_cast<uintptr_t>(milliseconds)));
  return 0;
}

int64_t Run(std::string_view argument) {
  if (argument == "running") {
    return InterlockedCompareExchange(&running, 0, 0);
  }
  const uintptr_t milliseconds = std::stoul(std::string(argument));
  return QueueUserWorkItem(&Sleepy, reinterpret_cast<void*>(milliseconds), 0)
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
