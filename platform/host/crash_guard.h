#ifndef PLATFORM_HOST_CRASH_GUARD_H_
#define PLATFORM_HOST_CRASH_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/host/crash_kind.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {

// Describes a crash of guarded code.
struct Crash {
  using Kind = CrashKind;
  static constexpr size_t kMaxFrames = 64;

  Kind kind;
  // The system's number of the signal or exception.
  uint32_t code;
  // Valid for kBadAccess: the address, if the system reports it, and the
  // direction.
  const void* address;
  bool is_write;
  // Return addresses, callees before callers. The first one is the address of
  // the crash plus one.
  size_t frame_count;
  uintptr_t frames[kMaxFrames];
};

// Returns a text such as "SIGSEGV: it wrote to address 0x0".
std::string DescribeCrash(const Crash& crash);

// Turns crashes of calls into one image into return values. Thread-safe.
//
// A crash is caught if it happens on the thread of such a call, either in the
// image or in a library that the image needs and has called, with no frame of
// the program in between. All other crashes go to the handlers that were
// installed before.
//
// The frames between the crash and Run() are not unwound: their destructors do
// not run, and their locks stay locked.
class CrashGuard {
 public:
  // Guards the image that contains `address`. The first guard installs the
  // crash handlers of the process. Handlers that the program installs later see
  // crashes before these; handlers that it installed earlier get the crashes
  // that are not caught.
  explicit CrashGuard(const void* address);

  // Calls function(argument), which must not throw. Returns false and fills
  // `crash` if the call crashed. Takes some 10 nanoseconds, and a few
  // microseconds for the first call on a thread.
  bool Run(void (*function)(void* argument), void* argument,
           Crash& crash) const;

  // Used by the handlers.
  bool IsInImage(uintptr_t address) const { return image_.Contains(address); }
  bool IsInLibrary(uintptr_t address) const;

 private:
  AddressRange image_;
  // The libraries that the image needs, directly or indirectly.
  std::vector<AddressRange> libraries_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_CRASH_GUARD_H_
