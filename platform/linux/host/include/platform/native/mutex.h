#ifndef PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_
#define PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_

#include <condition_variable>
#include <mutex>

namespace relib::platform {

// For what runs on threads of modules, also at their very end: absl::Mutex
// makes thread-local state of its own, which would leak there.
using Mutex = std::mutex;
using Condition = std::condition_variable;

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_
