#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/timers/interval_timers.h"
#include "platform/resources/callbacks.h"

namespace relib::platform {
namespace {

// Supports SIGEV_THREAD timers. The C library calls a function in the host with
// the timer's number, on a thread that no hook observes, possibly after the
// timer is deleted.
class TimerCallbacks {
 public:
  struct Callback {
    void (*function)(sigval) = nullptr;
    sigval value = {};
    std::shared_ptr<Callbacks> callbacks;
  };

  static TimerCallbacks& Get() {
    static absl::NoDestructor<TimerCallbacks> callbacks;
    return *callbacks;
  }

  int Add(Callback callback) {
    const std::lock_guard lock(mutex_);
    while (!callbacks_.try_emplace(++last_, callback).second) {
    }
    return last_;
  }

  void Remove(int number) {
    const std::lock_guard lock(mutex_);
    callbacks_.erase(number);
  }

  static void Run(sigval number) {
    std::optional<Callback> callback;
    {
      const std::lock_guard lock(Get().mutex_);
      const auto found = Get().callbacks_.find(number.sival_int);
      if (found != Get().callbacks_.end()) callback = found->second;
    }
    if (!callback.has_value()) return;
    // The callback may end its thread.
    const Callbacks::Scope scope(*callback->callbacks);
    if (scope.entered()) callback->function(callback->value);
  }

 private:
  std::mutex mutex_;
  int last_ = 0;
  std::map<int, Callback> callbacks_;
};

class Timers final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kTimers;

  int Create(clockid_t clock, const sigevent* event, timer_t* timer) {
    std::optional<sigevent> changed;
    Timer entry = {.text = Describe(event)};
    if (event != nullptr && event->sigev_notify == SIGEV_THREAD) {
      entry.callback =
          TimerCallbacks::Get().Add({.function = event->sigev_notify_function,
                                     .value = event->sigev_value,
                                     .callbacks = callbacks_});
      changed = *event;
      changed->sigev_notify_function = TimerCallbacks::Run;
      changed->sigev_value.sival_int = *entry.callback;
    }
    const int result = ::timer_create(
        clock, changed.has_value() ? &*changed : const_cast<sigevent*>(event),
        timer);
    if (result != 0) {
      const KeepErrno keep;
      if (entry.callback) TimerCallbacks::Get().Remove(*entry.callback);
      return result;
    }
    const std::lock_guard lock(mutex_);
    timers_.insert_or_assign(*timer, entry);
    return 0;
  }

  int Delete(timer_t timer) {
    {
      // Hold the lock, so that the number cannot be reused meanwhile.
      const std::lock_guard lock(mutex_);
      if (const auto entry = timers_.find(timer); entry != timers_.end()) {
        if (entry->second.callback) {
          TimerCallbacks::Get().Remove(*entry->second.callback);
        }
        timers_.erase(entry);
      }
    }
    return ::timer_delete(timer);
  }

  // Async-signal-safe.
  int SetInterval(int kind, const itimerval* value, itimerval* old) {
    return SetIntervalTimer(kind, this, value, old);
  }

  std::vector<std::string> Obstacles() const override {
    return callbacks_->Describe("the callback of a timer");
  }

  bool Hold() override { return callbacks_->Hold(); }
  void Resume() override { callbacks_->Resume(); }
  void Stop() override { callbacks_->Stop(); }

  // Static destructors may still delete the timers.
  void BeforeDestructors() override {
    callbacks_->Stop();
    const std::lock_guard lock(mutex_);
    for (const auto& [timer, entry] : timers_) {
      const itimerspec never = {};
      ::timer_settime(timer, 0, &never, nullptr);
    }
    for (int kind = 0; kind < kIntervalTimers; ++kind) {
      taken_out_[static_cast<size_t>(kind)] = RemoveIntervalTimer(kind, this);
    }
  }

  void LeaveImage(ReclaimReport& report) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [timer, entry] : timers_) {
      ::timer_delete(timer);
      if (entry.callback) TimerCallbacks::Get().Remove(*entry.callback);
      report.Add("timer", entry.text);
    }
    timers_.clear();
    for (int kind = 0; kind < kIntervalTimers; ++kind) {
      const bool removed = RemoveIntervalTimer(kind, this);
      if (removed || taken_out_[static_cast<size_t>(kind)]) {
        report.Add("timer", std::string(IntervalTimerName(kind)));
      }
    }
  }

 private:
  struct Timer {
    std::string text;
    std::optional<int> callback = {};
  };

  static std::string Describe(const sigevent* event) {
    // The default of POSIX.
    if (event == nullptr) return "that sends SIGALRM";
    switch (event->sigev_notify) {
      case SIGEV_NONE:
        return "that tells nobody";
      case SIGEV_THREAD:
        return "that calls a function";
      default:
        return absl::StrCat("that sends ", SignalName(event->sigev_signo));
    }
  }

  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
  std::mutex mutex_;
  std::map<timer_t, Timer> timers_;
  // Interval timers that were running before the static destructors.
  std::array<bool, kIntervalTimers> taken_out_ = {};
};

// Sets ITIMER_REAL for the older functions. Returns the remaining time.
itimerval SetAlarm(void* resources, const timeval& first,
                   const timeval& interval) {
  const itimerval value = {.it_interval = interval, .it_value = first};
  itimerval old = {};
  ResourcesOf<Timers>(resources).SetInterval(ITIMER_REAL, &value, &old);
  return old;
}

}  // namespace

std::unique_ptr<Resources> MakeTimers() { return std::make_unique<Timers>(); }

int hooks::timer_create(void* resources, clockid_t clock, EventPointer event,
                        timer_t* timer) {
  return ResourcesOf<Timers>(resources).Create(clock, event, timer);
}

int hooks::timer_delete(void* resources, timer_t timer) {
  return ResourcesOf<Timers>(resources).Delete(timer);
}

int hooks::setitimer(void* resources, ItimerKind kind, ItimerPointer value,
                     MutableItimerPointer old) {
  return ResourcesOf<Timers>(resources).SetInterval(kind, value, old);
}

unsigned hooks::alarm(void* resources, unsigned seconds) {
  const timeval old =
      SetAlarm(resources, {.tv_sec = seconds, .tv_usec = 0}, {}).it_value;
  // Rounds as glibc does: a timer that is due soon does not return zero.
  const bool up =
      old.tv_usec >= 500'000 || (old.tv_sec == 0 && old.tv_usec > 0);
  return static_cast<unsigned>(old.tv_sec) + (up ? 1 : 0);
}

useconds_t hooks::ualarm(void* resources, useconds_t first,
                         useconds_t interval) {
  constexpr useconds_t kSecond = 1'000'000;
  const auto time = [](useconds_t us) {
    return timeval{.tv_sec = us / kSecond,
                   .tv_usec = static_cast<suseconds_t>(us % kSecond)};
  };
  const timeval old = SetAlarm(resources, time(first), time(interval)).it_value;
  return static_cast<useconds_t>(old.tv_sec) * kSecond +
         static_cast<useconds_t>(old.tv_usec);
}

}  // namespace relib::platform
