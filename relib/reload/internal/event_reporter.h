#ifndef RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_
#define RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_

#include <functional>
#include <utility>

#include "relib/reload/event.h"

namespace relib::internal {

// Passes events to the callback of the program, and counts them.
class EventReporter {
 public:
  void SetCallback(std::function<void(const ReloadEvent&)> callback) {
    callback_ = std::move(callback);
  }

  void Report(const ReloadEvent& event) {
    ++count_;
    if (callback_) callback_(event);
  }

  // Returns the number of events since the last Reset().
  int count() const { return count_; }
  void Reset() { count_ = 0; }

 private:
  std::function<void(const ReloadEvent&)> callback_;
  int count_ = 0;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_
