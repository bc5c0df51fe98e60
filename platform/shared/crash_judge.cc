#include "platform/shared/crash_judge.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_format.h"
#include "platform/host/crash_guard.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {

bool CrashGuard::IsInLibrary(uintptr_t address) const {
  return std::any_of(
      libraries_.begin(), libraries_.end(),
      [address](const AddressRange& range) { return range.Contains(address); });
}

CrashJudge::CrashJudge(const CrashGuard& guard, const void* call, Crash& crash)
    : guard_(guard), call_(reinterpret_cast<uintptr_t>(call)), crash_(crash) {
  crash_.frame_count = 0;
}

void CrashJudge::AddFrame(uintptr_t address) {
  if (crash_.frame_count < Crash::kMaxFrames) {
    crash_.frames[crash_.frame_count++] = address;
  }
}

bool CrashJudge::Visit(const StackFrame& frame) {
  if (frame.stack > call_) return false;
  AddFrame(frame.address);
  const uintptr_t instruction = frame.address - 1;
  if (guard_.IsInImage(instruction)) {
    // The program was called back by the image and expects to continue.
    is_foreign_ = found_program_;
    found_image_ = true;
  } else if (!guard_.IsInLibrary(instruction) &&
             ImageAt(instruction).end != 0) {
    is_foreign_ = !found_image_;
    found_program_ = true;
  }
  return !is_foreign_;
}

std::string CrashReason(const Crash& crash) {
  switch (crash.kind) {
    case Crash::Kind::kBadAccess:
      return absl::StrFormat("it %s address %#x",
                             crash.is_write ? "wrote to" : "read",
                             reinterpret_cast<uintptr_t>(crash.address));
    case Crash::Kind::kStackOverflow:
      return "stack overflow";
    case Crash::Kind::kArithmetic:
      return "division by zero, or overflow in a division";
    case Crash::Kind::kIllegalInstruction:
      return "illegal instruction";
    case Crash::Kind::kAbort:
      return "abort()";
  }
  return "";
}

}  // namespace relib::platform
