#ifndef PLATFORM_LINUX_RESOURCES_SIGNAL_SAFE_LOCK_H_
#define PLATFORM_LINUX_RESOURCES_SIGNAL_SAFE_LOCK_H_

#include <pthread.h>
#include <signal.h>

#include <mutex>

namespace relib::platform {

// Locks a mutex that hooks of async-signal-safe functions lock: all signals are
// blocked on the thread meanwhile, so no handler interrupts the owner of the
// lock. Code under the lock must not allocate, because the interrupted code may
// be in the allocator.
class SignalSafeLock {
 public:
  explicit SignalSafeLock(std::mutex& mutex) : mutex_(mutex) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask_);
    mutex_.lock();
  }
  ~SignalSafeLock() {
    mutex_.unlock();
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  SignalSafeLock(const SignalSafeLock&) = delete;
  SignalSafeLock& operator=(const SignalSafeLock&) = delete;

 private:
  std::mutex& mutex_;
  sigset_t mask_;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_SIGNAL_SAFE_LOCK_H_
