#ifndef PLATFORM_HOST_DEADLINE_H_
#define PLATFORM_HOST_DEADLINE_H_

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"

namespace relib::platform {

// The moment at which a wait ends. It is measured on a clock that nobody can
// set, unlike absl::Time: a wait neither ends early nor goes on for hours if
// the clock of the system is set.
class Deadline {
 public:
  // Returns the moment `timeout` from now. Negative durations count as zero.
  static Deadline After(absl::Duration timeout) {
    if (timeout >= kForever) return Never();
    return Deadline(Clock::now() + absl::ToChronoNanoseconds(std::max(
                                       timeout, absl::ZeroDuration())));
  }
  // Returns a deadline that has passed.
  static Deadline Now() { return Deadline(Clock::time_point::min()); }
  static Deadline Never() { return Deadline(Clock::time_point::max()); }

  bool is_never() const { return time_ == Clock::time_point::max(); }
  bool has_passed() const { return !is_never() && Clock::now() >= time_; }

  // Returns the time that is left, zero if the deadline has passed.
  absl::Duration left() const {
    if (is_never()) return absl::InfiniteDuration();
    const Clock::time_point now = Clock::now();
    return now < time_ ? absl::FromChrono(time_ - now) : absl::ZeroDuration();
  }

  // For std::condition_variable::wait_until(), if this isn't Never().
  std::chrono::steady_clock::time_point time() const { return time_; }

  friend bool operator<(const Deadline& a, const Deadline& b) {
    return a.time_ < b.time_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Far from the end of the clock, and longer than any program runs.
  static constexpr absl::Duration kForever = absl::Hours(24 * 365 * 50);

  explicit Deadline(Clock::time_point time) : time_(time) {}

  Clock::time_point time_;
};

// Measures the time since its construction, on the same clock.
class Stopwatch {
 public:
  absl::Duration elapsed() const {
    return absl::FromChrono(std::chrono::steady_clock::now() - begin_);
  }

 private:
  std::chrono::steady_clock::time_point begin_ =
      std::chrono::steady_clock::now();
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_DEADLINE_H_
