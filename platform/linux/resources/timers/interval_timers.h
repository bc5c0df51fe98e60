#ifndef PLATFORM_LINUX_RESOURCES_TIMERS_INTERVAL_TIMERS_H_
#define PLATFORM_LINUX_RESOURCES_TIMERS_INTERVAL_TIMERS_H_

#include <sys/time.h>

#include <string_view>

namespace relib::platform {

// The three timers that a process has once each: ITIMER_REAL, which alarm() and
// ualarm() set as well, ITIMER_VIRTUAL and ITIMER_PROF. If a module that has
// set one goes, the one that the program or another module had set before
// continues, as if it had run all the time. If it is overdue, it fires at once.
//
// Thread-safe and async-signal-safe, because alarm() is.
constexpr int kIntervalTimers = 3;

// Implements setitimer() for the module `owner`.
int SetIntervalTimer(int kind, const void* owner, const itimerval* value,
                     itimerval* old);

// Takes out the timer that the module has set. Returns whether that stops it,
// or lets another one continue.
bool RemoveIntervalTimer(int kind, const void* owner);

// Returns a name such as "ITIMER_REAL".
std::string_view IntervalTimerName(int kind);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_TIMERS_INTERVAL_TIMERS_H_
