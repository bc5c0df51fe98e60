#ifndef PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_
#define PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_

#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {

class ThreadList;

// The threads that a module started, from before they run until nothing of the
// image can run on them any more.
class Threads final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kThreads;

  Threads();
  ~Threads() override;

  // Zero for one that doesn't run yet.
  std::vector<uint64_t> Ids() const;
  bool WaitUntilNone(absl::Time deadline) const;

  // pthread_create(), and with `c11_start` instead of `start`.
  int Create(pthread_t* handle, const pthread_attr_t* attributes,
             StartRoutine start, thrd_start_t c11_start, void* argument);

 private:
  // Shared with the threads, the last of which may still be leaving it when the
  // module resources is destroyed.
  const std::shared_ptr<ThreadList> list_;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_
