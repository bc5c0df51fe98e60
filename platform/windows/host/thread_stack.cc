#include "platform/host/thread_stack.h"

#include <windows.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/stack_walker.h"
#include "platform/windows/system/frame_walk.h"
#include "platform/windows/system/handle.h"

// The thread is suspended while its stack is walked, so nothing here may take a
// lock that the thread could hold. In particular no memory is allocated. The
// result is empty if the thread can't be suspended.

namespace relib::platform {
namespace {

constexpr size_t kMaxFrames = 128;

struct Addresses {
  std::array<uintptr_t, kMaxFrames> values = {};
  size_t count = 0;
};

}  // namespace

std::vector<uintptr_t> StackOfThread(uint64_t id, Deadline /*deadline*/) {
  const Handle thread(OpenThread(THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT |
                                     THREAD_QUERY_LIMITED_INFORMATION,
                                 FALSE, static_cast<DWORD>(id)));
  if (!thread || id == GetCurrentThreadId()) return {};
  Addresses addresses;
  if (SuspendThread(thread.get()) == static_cast<DWORD>(-1)) return {};
  CONTEXT registers = {};
  registers.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
  // GetThreadContext() waits until the thread is suspended.
  if (GetThreadContext(thread.get(), &registers)) {
    WalkFrames(registers, Interrupted::kBeforeInstruction,
               [&addresses](const StackFrame& frame) {
                 addresses.values[addresses.count++] = frame.address;
                 return addresses.count < kMaxFrames;
               });
  }
  ResumeThread(thread.get());
  return {addresses.values.begin(),
          addresses.values.begin() + static_cast<ptrdiff_t>(addresses.count)};
}

}  // namespace relib::platform
