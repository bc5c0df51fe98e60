#ifndef PLATFORM_HOST_FORK_H_
#define PLATFORM_HOST_FORK_H_

#include <cstdint>
#include <mutex>

namespace relib::platform {

// Returns the id of this process. A child of fork() has another one than its
// parent.
uint64_t CurrentProcessId();

// Keeps `mutex` locked by the thread that forks during each later fork(), so
// that the child finds it unlocked, whatever other threads of the parent were
// doing. `mutex` must live until the process ends.
//
// All of these mutexes are locked one after the other, so no thread may lock
// one of them, or fork, while it holds another one. They are locked after the
// handlers of pthread_atfork() that prepare a fork have run, and unlocked
// before those that follow it run, so that such handlers may use modules.
void LockAroundFork(std::mutex& mutex);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FORK_H_
