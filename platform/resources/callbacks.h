#ifndef PLATFORM_RESOURCES_CALLBACKS_H_
#define PLATFORM_RESOURCES_CALLBACKS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/native/mutex.h"

namespace relib::platform {

// The calls into the image that the system makes: destructors of thread keys,
// callbacks of timers. Thread-safe; shared with those who call, because the
// last one may still be leaving when the module is gone.
class Callbacks {
 public:
  // False when the image is gone, or as good as: don't call. Waits while it is
  // held.
  bool Enter();
  void Leave();

  // Those that run one: "a timer's callback runs on thread 12", for `what`.
  std::vector<std::string> Describe(std::string_view what) const;

  // From now on those that enter wait, except on this thread. False if one
  // runs.
  bool Hold();
  void Resume();

  // From now on none enters. Waits for those that run.
  void Close();

 private:
  mutable Mutex mutex_;
  // Something below has changed.
  Condition changed_;
  std::vector<uint64_t> threads_;
  // The thread that holds it; zero, which is no thread's id: it isn't held.
  uint64_t holder_ = 0;
  bool closed_ = false;
};

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_CALLBACKS_H_
