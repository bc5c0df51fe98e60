#ifndef PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_
#define PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_

#include <condition_variable>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "platform/resources/destructors.h"

namespace relib::platform {

// The thread_local objects of one module that are not destroyed yet, on all
// threads. A thread destroys its objects when it ends; the remaining ones are
// destroyed when the image is unloaded. Each group is destroyed in reverse
// order of construction. Thread-safe.
class ThreadLocalList : public std::enable_shared_from_this<ThreadLocalList> {
 public:
  // Registers an object of the calling thread: `destructors` will call
  // `destroy(object)` at the end of the thread or in DestroyAll(). In the very
  // last phase of a thread, when destructors of thread keys run, thread_local
  // objects are no longer destroyed, as in glibc.
  void Add(std::shared_ptr<const Destructors> destructors,
           void (*destroy)(void*), void* object);

  // Destroys the objects of all threads. Waits for threads that are destroying
  // theirs.
  void DestroyAll();

 private:
  // The modules that have objects on one thread.
  class ThreadState;

  struct Entry {
    const ThreadState* thread;
    std::shared_ptr<const Destructors> destructors;
    void (*destroy)(void*);
    void* object;
  };

  // Destroys the objects of `thread`, or of all threads if null.
  void Destroy(const ThreadState* thread);

  // The members are guarded by a mutex that all modules share: a child of
  // fork() needs it in exit(), and it must live until then.

  std::condition_variable idle_;
  // In order of construction.
  std::list<Entry> entries_;
  // The objects of each thread that has any, in the same order.
  std::unordered_map<const ThreadState*,
                     std::vector<std::list<Entry>::iterator>>
      by_thread_;
  // The number of destructors that are running.
  int running_ = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_THREAD_LOCALS_THREAD_LOCALS_H_
