#ifndef PLATFORM_HOST_THREAD_ID_H_
#define PLATFORM_HOST_THREAD_ID_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace relib::platform {

// Of the calling thread, as ThreadInfo::id counts.
uint64_t CurrentThreadId();

// Of a thread of this process. Empty when it has none, or has ended.
std::string ThreadName(uint64_t id);

// Waits until a thread of this process is gone, after all destructors that run
// at its end. False if it isn't by `deadline`.
bool WaitForThreadEnd(uint64_t id, absl::Time deadline);

// True if `address` lies in what the calling thread uses of its stack.
bool LiesOnThisStack(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_THREAD_ID_H_
