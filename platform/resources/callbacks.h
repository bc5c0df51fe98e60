#ifndef PLATFORM_RESOURCES_CALLBACKS_H_
#define PLATFORM_RESOURCES_CALLBACKS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/native/mutex.h"

namespace relib::platform {

// Tracks callbacks by which the system calls into one image, such as
// destructors of thread keys and functions of timers. In the literature, this
// is rundown protection. Thread-safe. Shared with the callers, because the last
// one may still be leaving after the module is gone.
class Callbacks {
 public:
  // Exempts threads from Hold() and RefuseOthers(): those of the module, which
  // its destructors may start and join.
  void ExemptThreads(std::function<bool(uint64_t thread)> are_exempt);

  // Begins a callback. Returns false if the callback must not be called,
  // because the image is gone or about to go. Waits while callbacks are held.
  bool Enter();
  void Leave();

  // A scope around a callback, which ends even if the callback throws or ends
  // its thread. The child of a callback that forks leaves it without effect.
  class Scope {
   public:
    explicit Scope(Callbacks& callbacks);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

    // Returns whether the callback may be called.
    bool entered() const { return thread_ != 0; }

   private:
    Callbacks& callbacks_;
    // The thread that has entered, or zero.
    const uint64_t thread_;
  };

  // Returns a text for each running callback, such as "a timer's callback runs
  // on thread 12", where `what` is "a timer's callback".
  std::vector<std::string> Describe(std::string_view what) const;

  // Makes callbacks wait in Enter(), except on the calling thread and exempt
  // ones, until Resume(). Returns false, and changes nothing, if a callback
  // runs.
  bool Hold();
  void Resume();

  // Refuses all callbacks that Hold() holds, also those that wait.
  void RefuseOthers();
  // Refuses all later callbacks. Does not wait for those that run.
  void Stop();
  // Refuses all later callbacks, and waits for those that run.
  void Close();

 private:
  bool IsExempt(uint64_t thread) const;

  mutable Mutex mutex_;
  // Signaled when one of the fields below has changed.
  Condition changed_;
  std::vector<uint64_t> threads_;
  // The thread that called Hold(), or zero, which is no thread's id.
  uint64_t holder_ = 0;
  std::function<bool(uint64_t thread)> are_exempt_;
  bool others_refused_ = false;
  bool closed_ = false;
};

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_CALLBACKS_H_
