#include "platform/host/thread_id.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/thread_name.h"

namespace relib::platform {

uint64_t CurrentThreadId() { return GetCurrentThreadId(); }

std::string ThreadName(uint64_t id) {
  const Handle thread(OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE,
                                 static_cast<DWORD>(id)));
  return thread ? ThreadName(thread.get()) : "";
}

bool WaitForThreadEnd(uint64_t id, Deadline deadline) {
  const Handle thread(OpenThread(SYNCHRONIZE, FALSE, static_cast<DWORD>(id)));
  if (!thread) return true;
  while (true) {
    const absl::Duration left = deadline.left();
    // Waits in portions that fit into a DWORD.
    const DWORD milliseconds = static_cast<DWORD>(absl::ToInt64Milliseconds(
        absl::Ceil(std::min(left, absl::Hours(1)), absl::Milliseconds(1))));
    if (WaitForSingleObject(thread.get(), milliseconds) == WAIT_OBJECT_0) {
      return true;
    }
    if (left == absl::ZeroDuration()) return false;
  }
}

bool LiesOnThisStack(const void* address) {
  ULONG_PTR begin = 0;
  ULONG_PTR end = 0;
  GetCurrentThreadStackLimits(&begin, &end);
  // Stacks grow downwards.
  return address >= __builtin_frame_address(0) &&
         reinterpret_cast<ULONG_PTR>(address) < end;
}

}  // namespace relib::platform
