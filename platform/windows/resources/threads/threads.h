#ifndef PLATFORM_WINDOWS_RESOURCES_THREADS_THREADS_H_
#define PLATFORM_WINDOWS_RESOURCES_THREADS_THREADS_H_

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/module_resources.h"
#include "platform/native/mutex.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {

// A handle of a thread. It is signaled when the thread is gone: after its
// thread-local destructors and the calls of all DllMain()s.
class ThreadHandle;

// The threads that a module has started, by their handles. So it doesn't matter
// how they end, and functions that end threads need no hook.
class Threads final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kThreads;

  // The caller keeps the handle.
  void Add(uint64_t handle, bool of_runtime) override;

  // Records a thread that is suspended. Returns false if it can't.
  bool Add(HANDLE handle);

  std::vector<ThreadInfo> Live() const;
  bool IsLive(uint64_t id) const;

  // Returns false if there still is one at the deadline.
  bool WaitUntilNone(Deadline deadline) const;

 private:
  void RemoveEnded() const;
  std::shared_ptr<const ThreadHandle> AnyLive() const;

  mutable Mutex mutex_;
  mutable std::vector<std::shared_ptr<const ThreadHandle>> threads_;
  // The number of threads after the last RemoveEnded(), at least 8.
  mutable size_t alive_ = 8;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_THREADS_THREADS_H_
