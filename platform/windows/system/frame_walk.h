#ifndef PLATFORM_WINDOWS_SYSTEM_FRAME_WALK_H_
#define PLATFORM_WINDOWS_SYSTEM_FRAME_WALK_H_

#include <windows.h>

#include <cstdint>

#include "platform/host/stack_walker.h"

namespace relib::platform {

// The position of a thread when its registers were taken.
enum class Interrupted {
  // In a call, as a caller of RtlCaptureContext() is.
  kInCall,
  // Before an instruction, which counts as a call: the address of the frame is
  // one more.
  kBeforeInstruction,
};

// Returns from a function without an unwind table entry, or returns false. Such
// a function has only its return address on the stack; or, before it, the two
// registers that ___chkstk_ms() saves, which probes for a stack overflow.
inline bool ReturnFromLeaf(CONTEXT& registers) {
  for (int saved = 0; saved <= 2; ++saved) {
    const auto* stack = reinterpret_cast<const DWORD64*>(registers.Rsp) + saved;
    DWORD64 image;
    if (RtlLookupFunctionEntry(*stack, &image, nullptr) == nullptr) continue;
    registers.Rip = *stack;
    registers.Rsp = reinterpret_cast<DWORD64>(stack + 1);
    return true;
  }
  return false;
}

// Calls visit(frame) for the frames of a stack, callees before callers, until
// it returns false or the unwind tables end. Leaves the registers of the last
// frame in `registers`. Allocates no memory, takes no lock of relib's, and
// needs little of the stack.
template <typename Visit>
void WalkFrames(CONTEXT& registers, Interrupted interrupted, Visit visit) {
  bool is_first = interrupted == Interrupted::kBeforeInstruction;
  while (registers.Rip != 0) {
    if (!visit(StackFrame{.address = static_cast<uintptr_t>(registers.Rip) +
                                     (is_first ? 1 : 0),
                          .stack = static_cast<uintptr_t>(registers.Rsp)})) {
      return;
    }
    DWORD64 image;
    // Looks at the call and not at the instruction after it, which may belong
    // to another function.
    RUNTIME_FUNCTION* function = RtlLookupFunctionEntry(
        registers.Rip - (is_first ? 0 : 1), &image, nullptr);
    if (function == nullptr) {
      // Only a function that calls nothing lacks an entry.
      if (!is_first || !ReturnFromLeaf(registers)) return;
    } else {
      void* handler_data;
      DWORD64 frame;
      RtlVirtualUnwind(UNW_FLAG_NHANDLER, image, registers.Rip, function,
                       &registers, &handler_data, &frame, nullptr);
    }
    is_first = false;
  }
}

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_FRAME_WALK_H_
