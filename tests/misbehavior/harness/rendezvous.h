#ifndef TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_
#define TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_

#include <condition_variable>
#include <mutex>

namespace relib::misbehavior {

// A point at which one thread waits until another thread releases it. For use
// inside of a module.
class Rendezvous {
 public:
  // Waits until Release() is called. Returns at once after that.
  void ArriveAndWait() {
    std::unique_lock lock(mutex_);
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return released_; });
  }

  // Waits until a thread is in ArriveAndWait().
  void AwaitArrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return arrived_; });
  }

  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  bool released_ = false;
};

// A type for thread_local objects: the thread waits at the rendezvous, if there
// is one, when it ends.
struct WaitsAtThreadExit {
  Rendezvous* rendezvous = nullptr;
  ~WaitsAtThreadExit() {
    if (rendezvous != nullptr) rendezvous->ArriveAndWait();
  }
};

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_
