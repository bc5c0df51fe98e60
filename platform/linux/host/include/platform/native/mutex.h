#ifndef PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_
#define PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_

#include <condition_variable>
#include <mutex>

namespace relib::platform {

// For code that runs on threads of modules, even at their very end. absl::Mutex
// would create thread-local state there, which would leak.
using Mutex = std::mutex;
using Condition = std::condition_variable;

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_NATIVE_MUTEX_H_
