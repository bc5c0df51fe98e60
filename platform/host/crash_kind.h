#ifndef PLATFORM_HOST_CRASH_KIND_H_
#define PLATFORM_HOST_CRASH_KIND_H_

namespace relib::platform {

// The kinds of crashes that a CrashGuard catches. relib::CrashInfo::Kind is
// this type.
enum class CrashKind {
  // SIGSEGV or SIGBUS; an access violation.
  kBadAccess,
  kStackOverflow,
  // SIGFPE: a division by zero.
  kArithmetic,
  kIllegalInstruction,
  // abort(), which std::terminate() calls.
  kAbort,
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_CRASH_KIND_H_
