#ifndef PLATFORM_THREAD_ID_H_
#define PLATFORM_THREAD_ID_H_

#include <cstdint>
#include <string>

namespace relib::platform {

// Of the calling thread, as ThreadInfo::id counts.
uint64_t CurrentThreadId();

// Of a thread of this process. Empty when it has none, or has ended.
std::string ThreadName(uint64_t id);

// True if `address` lies in what the calling thread uses of its stack.
bool LiesOnThisStack(const void* address);

}  // namespace relib::platform

#endif  // PLATFORM_THREAD_ID_H_
