#ifndef PLATFORM_SHARED_CRASH_JUDGE_H_
#define PLATFORM_SHARED_CRASH_JUDGE_H_

#include <cstdint>
#include <string>

#include "platform/host/crash_guard.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {

// Decides from the stack of a crash whether the crash belongs to the image of a
// guarded call, by the rules of CrashGuard. Also fills in the frames of the
// crash. Async-signal-safe.
class CrashJudge {
 public:
  // `call` is an address in the frame of the innermost CrashGuard::Run() of the
  // thread. `guard` and `crash` must outlive this object.
  CrashJudge(const CrashGuard& guard, const void* call, Crash& crash);

  // Adds an address to the frames of the crash, without judging it.
  void AddFrame(uintptr_t address);

  // Judges the next frame, callees before callers. Returns false if the
  // decision needs no further frames.
  bool Visit(const StackFrame& frame);

  // Returns whether the crash belongs to the image. Valid after the last call
  // of Visit().
  bool belongs_to_image() const { return !is_foreign_; }

 private:
  const CrashGuard& guard_;
  const uintptr_t call_;
  Crash& crash_;
  bool found_image_ = false;
  // A frame of the program is between the image and the guarded call.
  bool found_program_ = false;
  bool is_foreign_ = false;
};

// Returns the part of DescribeCrash() that is the same on all systems, such as
// "it wrote to address 0x10" or "stack overflow".
std::string CrashReason(const Crash& crash);

}  // namespace relib::platform

#endif  // PLATFORM_SHARED_CRASH_JUDGE_H_
