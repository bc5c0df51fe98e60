#ifndef PLATFORM_HOST_CRASH_GUARD_H_
#define PLATFORM_HOST_CRASH_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/host/crash_kind.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {

// How code has crashed.
struct Crash {
  using Kind = CrashKind;
  static constexpr size_t kMaxFrames = 64;

  Kind kind;
  // The signal or exception of the system.
  uint32_t code;
  // Of kBadAccess: what was accessed, where the system says so, and how.
  const void* address;
  bool is_write;
  // Return addresses from the crash on, callees before callers; where the
  // crash is, plus one, comes first.
  size_t frame_count;
  uintptr_t frames[kMaxFrames];
};

// "SIGSEGV: it wrote to address 0x0".
std::string DescribeCrash(const Crash& crash);

// Lets calls into one image come back when they crash. Thread-safe.
//
// A crash is caught if it happens on the thread of such a call, in the image or
// in a library that it needs and was called from it, and nothing of the program
// lies between. All others go to the handlers that were there before.
//
// Frames that are left by a crash are not unwound: their destructors don't run,
// and their locks stay locked.
class CrashGuard {
 public:
  // `address` lies in the image. The first one installs the handlers of the
  // process: those that the program installs later take crashes before these,
  // and those it has installed before get what isn't caught.
  explicit CrashGuard(const void* address);

  // Calls function(argument), which must not throw. False if that has crashed;
  // then `crash` says how. Takes some 10 nanoseconds, and a few microseconds
  // for the first call on a thread.
  bool Run(void (*function)(void* argument), void* argument,
           Crash& crash) const;

  // For the handlers.
  bool IsInImage(uintptr_t address) const { return image_.Contains(address); }
  bool IsInLibrary(uintptr_t address) const;

 private:
  AddressRange image_;
  // Those that the image needs, directly or not.
  std::vector<AddressRange> libraries_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_CRASH_GUARD_H_
