#ifndef RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_
#define RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_

#include <exception>
#include <functional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "relib/reload/event.h"

namespace relib::internal {

// Passes events to the callback of the program, and counts them.
//
// The callback runs in the middle of the work of a Reloader. If it throws, the
// work continues, and the exception is kept until RethrowException().
class EventReporter {
 public:
  void SetCallback(std::function<void(const ReloadEvent&)> callback) {
    callback_ = std::move(callback);
  }

  void Report(const ReloadEvent& event) {
    ++count_;
    // A copy, because the callback may set another one.
    const std::function<void(const ReloadEvent&)> callback = callback_;
    if (callback) Run([&] { callback(event); });
  }

  // Runs a function of the program, and keeps an exception that it throws.
  void Run(absl::FunctionRef<void()> function) {
    try {
      function();
    } catch (...) {
      if (exception_ == nullptr) exception_ = std::current_exception();
    }
  }

  // Throws the first exception since the last call, if there was one. Must be
  // called at the end of each function that reports events.
  void RethrowException() {
    if (exception_ == nullptr) return;
    std::rethrow_exception(std::exchange(exception_, nullptr));
  }

  // Returns the number of events since the last Reset().
  int count() const { return count_; }
  void Reset() { count_ = 0; }

 private:
  std::function<void(const ReloadEvent&)> callback_;
  std::exception_ptr exception_;
  int count_ = 0;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_EVENT_REPORTER_H_
