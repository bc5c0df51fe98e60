#include "platform/host/fork.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/base/no_destructor.h"

namespace relib::platform {
namespace {

struct Locks {
  std::mutex mutex;
  std::vector<std::mutex*> locked_around_fork;
  // The signals that the forking thread had blocked before.
  sigset_t mask;
};

Locks& GetLocks() {
  static absl::NoDestructor<Locks> locks;
  return *locks;
}

void Prepare() {
  Locks& locks = GetLocks();
  // A handler of a signal may need one of the locks.
  sigset_t all, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  locks.mutex.lock();
  locks.mask = mask;
  for (std::mutex* mutex : locks.locked_around_fork) mutex->lock();
}

void Release() {
  Locks& locks = GetLocks();
  for (std::mutex* mutex : locks.locked_around_fork) mutex->unlock();
  const sigset_t mask = locks.mask;
  locks.mutex.unlock();
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

// Handlers that prepare a fork run in reverse order of registration, and those
// that follow it in that order. Registered before those of the program, so that
// none of them runs while the locks are held.
[[gnu::constructor(101)]] void RegisterHandlers() {
  pthread_atfork(Prepare, Release, Release);
}

}  // namespace

uint64_t CurrentProcessId() { return static_cast<uint64_t>(getpid()); }

void LockAroundFork(std::mutex& mutex) {
  Locks& locks = GetLocks();
  const std::lock_guard lock(locks.mutex);
  locks.locked_around_fork.push_back(&mutex);
}

}  // namespace relib::platform
