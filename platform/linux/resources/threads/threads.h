#ifndef PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_
#define PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_

#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {

class ThreadList;

// The threads that one module started. A thread is recorded before it starts,
// and counts until no code of the image can run on it any more.
class Threads final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kThreads;

  Threads();
  ~Threads() override;

  // Returns the ids; zero for a thread that has not started running.
  std::vector<uint64_t> Ids() const;
  bool WaitUntilNone(Deadline deadline) const;

  // Behaves like pthread_create(), with `c11_start` in place of `start` for
  // thrd_create().
  int Create(pthread_t* handle, const pthread_attr_t* attributes,
             StartRoutine start, thrd_start_t c11_start, void* argument);

 private:
  // Shared with the threads: the last one may still use the list when this
  // object is destroyed.
  const std::shared_ptr<ThreadList> list_;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_THREADS_THREADS_H_
