#ifndef TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_
#define TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_

#include <condition_variable>
#include <mutex>

namespace relib::misbehavior {

// Where a thread of a module waits until the module lets it go on.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    somebody_came_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }

  void AwaitArrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return somebody_came_; });
  }

  void Open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool somebody_came_ = false;
  bool is_open_ = false;
};

// As a thread_local object: its thread passes the gate when it ends.
struct PassesAtEnd {
  Gate* gate = nullptr;
  ~PassesAtEnd() {
    if (gate != nullptr) gate->Pass();
  }
};

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_RENDEZVOUS_H_
