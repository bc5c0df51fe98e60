#ifndef PLATFORM_RESOURCES_CALLBACKS_H_
#define PLATFORM_RESOURCES_CALLBACKS_H_

#include <cstdint>
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
  // Begins a callback. Returns false if the callback must not be called,
  // because the image is gone or about to go. Waits while callbacks are held.
  bool Enter();
  void Leave();

  // Returns a text for each running callback, such as "a timer's callback runs
  // on thread 12", where `what` is "a timer's callback".
  std::vector<std::string> Describe(std::string_view what) const;

  // Makes callbacks wait in Enter(), except on the calling thread, until
  // Resume(). Returns false, and changes nothing, if a callback runs.
  bool Hold();
  void Resume();

  // Refuses all later callbacks, and waits for those that run.
  void Close();

 private:
  mutable Mutex mutex_;
  // Signalled when one of the fields below has changed.
  Condition changed_;
  std::vector<uint64_t> threads_;
  // The thread that called Hold(), or zero, which is no thread's id.
  uint64_t holder_ = 0;
  bool closed_ = false;
};

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_CALLBACKS_H_
