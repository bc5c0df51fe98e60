#ifndef PLATFORM_THREAD_ID_H_
#define PLATFORM_THREAD_ID_H_

#include <cstdint>

namespace relib::platform {

// Of the calling thread, as ThreadInfo::id counts.
uint64_t CurrentThreadId();

}  // namespace relib::platform

#endif  // PLATFORM_THREAD_ID_H_
