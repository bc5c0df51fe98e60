#include "platform/thread_stack.h"

#include <windows.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/windows/handle.h"

// The thread is held while its stack is walked, so nothing here may take a lock
// that it could hold: no memory is allocated meanwhile. It doesn't answer when
// it can't be suspended.

namespace relib::platform {
namespace {

constexpr size_t kMostFrames = 128;

struct Addresses {
  std::array<uintptr_t, kMostFrames> values = {};
  size_t count = 0;
};

void Walk(CONTEXT registers, Addresses& addresses) {
  while (registers.Rip != 0 && addresses.count < kMostFrames) {
    const bool is_first = addresses.count == 0;
    addresses.values[addresses.count++] =
        static_cast<uintptr_t>(registers.Rip) + (is_first ? 1 : 0);
    DWORD64 image;
    RUNTIME_FUNCTION* function = RtlLookupFunctionEntry(
        registers.Rip - (is_first ? 0 : 1), &image, nullptr);
    if (function == nullptr) {
      // A function that calls nothing keeps nothing on the stack.
      if (!is_first) return;
      registers.Rip = *reinterpret_cast<const DWORD64*>(registers.Rsp);
      registers.Rsp += sizeof(DWORD64);
      continue;
    }
    void* handler_data;
    DWORD64 frame;
    RtlVirtualUnwind(UNW_FLAG_NHANDLER, image, registers.Rip, function,
                     &registers, &handler_data, &frame, nullptr);
  }
}

}  // namespace

std::vector<uintptr_t> StackOfThread(uint64_t id) {
  const Handle thread(OpenThread(THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT |
                                     THREAD_QUERY_LIMITED_INFORMATION,
                                 FALSE, static_cast<DWORD>(id)));
  if (!thread || id == GetCurrentThreadId()) return {};
  Addresses addresses;
  if (SuspendThread(thread.get()) == static_cast<DWORD>(-1)) return {};
  CONTEXT registers = {};
  registers.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
  // Waits until it is really suspended.
  if (GetThreadContext(thread.get(), &registers)) Walk(registers, addresses);
  ResumeThread(thread.get());
  return {addresses.values.begin(),
          addresses.values.begin() + static_cast<ptrdiff_t>(addresses.count)};
}

}  // namespace relib::platform
