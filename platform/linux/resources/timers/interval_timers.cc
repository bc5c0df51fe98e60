#include "platform/linux/resources/timers/interval_timers.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "platform/host/fork.h"
#include "platform/linux/resources/signal_safe_lock.h"
#include "platform/resources/override_stack.h"

namespace relib::platform {
namespace {

constexpr int64_t kMicrosecond = 1000;
constexpr int64_t kSecond = 1'000'000'000;

int64_t Nanoseconds(const timeval& time) {
  return time.tv_sec * kSecond + time.tv_usec * kMicrosecond;
}

timeval ToTimeval(int64_t nanoseconds) {
  return {.tv_sec = nanoseconds / kSecond,
          .tv_usec = nanoseconds % kSecond / kMicrosecond};
}

// The time by which the kernel measures a timer, in nanoseconds.
int64_t Now(int kind) {
  if (kind == ITIMER_VIRTUAL) {
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return Nanoseconds(usage.ru_utime);
  }
  timespec now = {};
  clock_gettime(
      kind == ITIMER_REAL ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

// A time that is known up to the duration of a system call.
struct Moment {
  int64_t earliest = 0;
  int64_t latest = 0;
};

struct Timer {
  // Zero if it fires once.
  int64_t interval = 0;
  // The time at which it fires first, or nothing if it is stopped.
  std::optional<Moment> due = std::nullopt;
  // For a module: the remaining time that it has found, and who had set it. A
  // module that sets it again restores the timer.
  itimerval found = {};
  const void* found_owner = nullptr;
};

using Stack = OverrideStack<Timer, 64>;

constinit std::mutex mutex;

[[gnu::constructor]] void LockMutexAroundFork() { LockAroundFork(mutex); }

constinit std::array<Stack, kIntervalTimers> stacks;

// CPU time is only looked at in ticks of the kernel.
int64_t ToleranceOf(int kind) {
  return kind == ITIMER_REAL ? 2 * kMicrosecond : 20 * 1000 * kMicrosecond;
}

Timer ToTimer(const itimerval& value, int64_t before, int64_t after) {
  Timer timer = {.interval = Nanoseconds(value.it_interval)};
  const int64_t remaining = Nanoseconds(value.it_value);
  if (remaining != 0) {
    timer.due =
        Moment{.earliest = before + remaining, .latest = after + remaining};
  }
  return timer;
}

// Returns whether the kernel's timer `now` is the timer that was recorded as
// `recorded`, after some time.
bool IsSame(int kind, const Timer& recorded, const Timer& now, int64_t time) {
  const int64_t tolerance = ToleranceOf(kind);
  if (!recorded.due.has_value()) return !now.due.has_value();
  const bool may_have_fired = recorded.due->earliest <= time + tolerance;
  if (!now.due.has_value()) {
    // It has fired. A periodic one is stopped until the signal is delivered.
    return may_have_fired &&
           (recorded.interval == 0 || now.interval == recorded.interval);
  }
  if (now.interval != recorded.interval) return false;
  int64_t shift = 0;
  if (recorded.interval != 0) {
    const int64_t late = now.due->latest - recorded.due->earliest + tolerance;
    if (late < 0) return false;
    shift = late / recorded.interval * recorded.interval;
  }
  return now.due->earliest <= recorded.due->latest + shift + tolerance &&
         now.due->latest >= recorded.due->earliest + shift - tolerance;
}

// Returns the kernel's timer, after taking note of what the program has set.
itimerval Observe(int kind, Stack& stack) {
  const auto which = static_cast<__itimer_which_t>(kind);
  itimerval value = {};
  const int64_t before = Now(kind);
  ::getitimer(which, &value);
  const int64_t after = Now(kind);
  const Timer now = ToTimer(value, before, after);
  if (stack.empty() || !IsSame(kind, stack.top().value, now, after)) {
    stack.Push(nullptr, now);
  }
  return value;
}

// Gives a recorded timer to the kernel.
void Install(int kind, const Timer& timer) {
  itimerval value = {};
  if (timer.due.has_value()) {
    const int64_t now = Now(kind);
    int64_t remaining = timer.due->latest - now;
    if (remaining <= 0 && timer.interval != 0) {
      remaining = timer.interval - (-remaining) % timer.interval;
    }
    // An overdue timer fires at once. Zero would stop it.
    if (remaining < kMicrosecond) remaining = kMicrosecond;
    value = {.it_interval = ToTimeval(timer.interval),
             .it_value = ToTimeval(remaining)};
  }
  ::setitimer(static_cast<__itimer_which_t>(kind), &value, nullptr);
}

// Timers are told apart by their owners.
bool AreNeverSame(const Timer& /*a*/, const Timer& /*b*/) { return false; }

bool AreEqual(const timeval& a, const timeval& b) {
  return a.tv_sec == b.tv_sec && a.tv_usec == b.tv_usec;
}

// Returns whether the timer that was recorded will fire.
bool IsRunning(int kind, const Timer& timer) {
  return timer.due.has_value() &&
         (timer.interval != 0 || timer.due->latest > Now(kind));
}

}  // namespace

int SetIntervalTimer(int kind, const void* owner, const itimerval* value,
                     itimerval* old) {
  const auto which = static_cast<__itimer_which_t>(kind);
  if (kind < 0 || kind >= kIntervalTimers)
    return ::setitimer(which, value, old);
  // A bad pointer must not crash under the lock.
  std::optional<itimerval> wanted;
  if (value != nullptr) wanted = *value;
  itimerval found = {};
  int error = 0;
  {
    const SignalSafeLock lock(mutex);
    Stack& stack = stacks[static_cast<size_t>(kind)];
    found = Observe(kind, stack);
    const int64_t before = Now(kind);
    if (::setitimer(which, wanted.has_value() ? &*wanted : nullptr, nullptr) !=
        0) {
      error = errno;
    } else {
      const int64_t after = Now(kind);
      Timer timer = ToTimer(wanted.value_or(itimerval()), before, after);
      timer.found = found;
      const Stack::Entry& top = stack.top();
      timer.found_owner = top.owner;
      if (top.owner == owner) {
        timer.found = top.value.found;
        timer.found_owner = top.value.found_owner;
      }
      const bool restores =
          top.owner == owner && wanted.has_value() &&
          AreEqual(wanted->it_value, top.value.found.it_value) &&
          AreEqual(wanted->it_interval, top.value.found.it_interval);
      if (restores) {
        stack.Remove(owner, AreNeverSame);
        Stack::Entry& restored = stack.top();
        if (restored.owner == timer.found_owner) {
          // It continues with its remaining time.
          restored.value.interval = timer.interval;
          restored.value.due = timer.due;
        } else {
          // The owner of that timer is gone.
          Install(kind, restored.value);
        }
      } else {
        stack.Push(owner, timer);
      }
    }
    if (!stack.HasModules()) stack.Clear();
  }
  if (error != 0) {
    errno = error;
    return -1;
  }
  if (old != nullptr) *old = found;
  return 0;
}

bool RemoveIntervalTimer(int kind, const void* owner) {
  const SignalSafeLock lock(mutex);
  Stack& stack = stacks[static_cast<size_t>(kind)];
  if (!stack.HasModules()) return false;
  Observe(kind, stack);
  const bool was_running =
      stack.top().owner == owner && IsRunning(kind, stack.top().value);
  bool is_changed = was_running;
  if (stack.Remove(owner, AreNeverSame)) {
    is_changed = is_changed || IsRunning(kind, stack.top().value);
    Install(kind, stack.top().value);
  }
  if (!stack.HasModules()) stack.Clear();
  return is_changed;
}

std::string_view IntervalTimerName(int kind) {
  constexpr std::array<std::string_view, kIntervalTimers> kNames = {
      "ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace relib::platform
