#include "platform/thread_id.h"

#include <windows.h>

#include <cstdint>
#include <string>

#include "platform/windows/handle.h"
#include "platform/windows/thread_name.h"

namespace relib::platform {

uint64_t CurrentThreadId() { return GetCurrentThreadId(); }

std::string ThreadName(uint64_t id) {
  const Handle thread(OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE,
                                 static_cast<DWORD>(id)));
  return thread ? ThreadName(thread.get()) : "";
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
