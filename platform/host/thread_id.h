#ifndef PLATFORM_HOST_THREAD_ID_H_
#define PLATFORM_HOST_THREAD_ID_H_

#include <cstdint>
#include <string>

#include "platform/host/deadline.h"

namespace relib::platform {

// Returns the id of the calling thread, as in ThreadInfo::id.
uint64_t CurrentThreadId();

// Returns the name of a thread of this process, or "" if it has none or has
// ended.
std::string ThreadName(uint64_t id);

// Waits until a thread of this process has ended, with all destructors that run
// at its end. Returns false if it has not by `deadline`.
bool WaitForThreadEnd(uint64_t id, Deadline deadline);

// Returns whether `address` is in the used part of the calling thread's stack.
bool LiesOnThisStack(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_ID_H_
