#ifndef PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_
#define PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/resources/destructors.h"

namespace relib::platform {

// The thread_local objects of one module that are still to be destroyed, on all
// threads. Those of a thread are destroyed by it when it ends, the others when
// the image goes, each group in the reverse order of construction. Thread-safe.
class ThreadLocalList : public std::enable_shared_from_this<ThreadLocalList> {
 public:
  // `destroy(object)` is called by `destructors` when the calling thread ends,
  // or by DestroyAll(). In the very last phase of a thread, where destructors
  // of thread keys run, thread_local objects are not destroyed any more; nor
  // does glibc.
  void Add(std::shared_ptr<const Destructors> destructors,
           void (*destroy)(void*), void* object);

  // Destroys those of all threads. Waits for threads that are just doing it.
  void DestroyAll();

 private:
  // Of one thread: which modules have objects on it.
  class OfThread;

  struct Entry {
    const OfThread* thread;
    std::shared_ptr<const Destructors> destructors;
    void (*destroy)(void*);
    void* object;
  };

  // Destroys those of `thread`, of all threads for null.
  void Destroy(const OfThread* thread);

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Entry> entries_;
  // Destructors that run at the moment.
  int running_ = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_
