#include "platform/host/thread_stack.h"

#include <ucontext.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/stack_walker.h"
#include "platform/linux/host/thread_signal.h"

// The thread walks its own stack in a signal handler.

namespace relib::platform {
namespace {

struct Stack {
  std::array<uintptr_t, 128> addresses = {};
  size_t count = 0;
  // The return address with which the interrupted code begins.
  uintptr_t first = 0;
};

// Returns the instruction that the signal has interrupted.
uintptr_t Interrupted(const void* context) {
#if defined(__x86_64__)
  return static_cast<uintptr_t>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
#else
#error "which register is the program counter?"
#endif
}

void WalkOwnStack(void* argument, void* context) {
  auto& stack = *static_cast<Stack*>(argument);
  stack.first = Interrupted(context) + 1;
  WalkStack(
      [](void* argument, const StackFrame& frame) {
        auto& stack = *static_cast<Stack*>(argument);
        // Skip the frames of the handler.
        if (stack.count > 0 || frame.address == stack.first) {
          stack.addresses[stack.count++] = frame.address;
        }
        return stack.count < stack.addresses.size();
      },
      &stack);
}

}  // namespace

std::vector<uintptr_t> StackOfThread(uint64_t id, Deadline deadline) {
  Stack stack;
  if (!AskThread(id, WalkOwnStack, &stack, deadline)) return {};
  return {stack.addresses.begin(),
          stack.addresses.begin() + static_cast<ptrdiff_t>(stack.count)};
}

}  // namespace relib::platform
