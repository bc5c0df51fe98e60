#ifndef PLATFORM_HOST_MONOTONIC_TIME_H_
#define PLATFORM_HOST_MONOTONIC_TIME_H_

#include <chrono>

#include "absl/time/time.h"

namespace relib::platform {

// A moment of this process on a clock that nobody can set. Code that waits or
// measures durations uses it instead of absl::Time, which jumps when the clock
// of the system is set.
class MonotonicTime {
 public:
  // Infinitely long ago.
  MonotonicTime() = default;

  static MonotonicTime Now() {
    return MonotonicTime(
        absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
  }
  static MonotonicTime InfinitePast() { return MonotonicTime(); }
  static MonotonicTime InfiniteFuture() {
    return MonotonicTime(absl::InfiniteDuration());
  }

  friend MonotonicTime operator+(MonotonicTime time, absl::Duration duration) {
    return MonotonicTime(time.since_epoch_ + duration);
  }
  friend MonotonicTime operator-(MonotonicTime time, absl::Duration duration) {
    return MonotonicTime(time.since_epoch_ - duration);
  }
  friend absl::Duration operator-(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ - b.since_epoch_;
  }
  friend bool operator==(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ == b.since_epoch_;
  }
  friend bool operator<(MonotonicTime a, MonotonicTime b) {
    return a.since_epoch_ < b.since_epoch_;
  }
  friend bool operator>(MonotonicTime a, MonotonicTime b) { return b < a; }
  friend bool operator<=(MonotonicTime a, MonotonicTime b) { return !(b < a); }
  friend bool operator>=(MonotonicTime a, MonotonicTime b) { return !(a < b); }

 private:
  explicit MonotonicTime(absl::Duration since_epoch)
      : since_epoch_(since_epoch) {}

  // The clock's epoch is any moment.
  absl::Duration since_epoch_ = -absl::InfiniteDuration();
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_MONOTONIC_TIME_H_
