#ifndef PLATFORM_WINDOWS_HOST_NATIVE_MUTEX_H_
#define PLATFORM_WINDOWS_HOST_NATIVE_MUTEX_H_

#include <windows.h>

#include <mutex>

namespace relib::platform {

// For code that runs on threads of modules, with std::lock_guard and
// std::unique_lock. A std::mutex would make those threads known to the host's
// pthreads, which allocate memory for each.
class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() { AcquireSRWLockExclusive(&lock_); }
  void unlock() { ReleaseSRWLockExclusive(&lock_); }

 private:
  friend class Condition;

  SRWLOCK lock_ = SRWLOCK_INIT;
};

class Condition {
 public:
  constexpr Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void wait(std::unique_lock<Mutex>& lock) {
    SleepConditionVariableSRW(&condition_, &lock.mutex()->lock_, INFINITE, 0);
  }
  void notify_all() { WakeAllConditionVariable(&condition_); }

 private:
  CONDITION_VARIABLE condition_ = CONDITION_VARIABLE_INIT;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_NATIVE_MUTEX_H_
