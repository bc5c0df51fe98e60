#ifndef PLATFORM_HOST_FORK_H_
#define PLATFORM_HOST_FORK_H_

#include <cstdint>
#include <mutex>

#include "absl/base/no_destructor.h"

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
// before those that follow it run, so that such handlers may use modules. No
// signal handler runs on the forking thread meanwhile.
void LockAroundFork(std::mutex& mutex);

// Returns the only T of the process, which is never destroyed, and whose member
// `mutex` is locked around fork(). A child that is forked during the first use
// would wait for its end forever, so types that such a child needs should be
// used before the program can fork.
template <typename T>
T& ForkSafe() {
  static T& object = *[] {
    static absl::NoDestructor<T> made;
    LockAroundFork(made->mutex);
    return &*made;
  }();
  return object;
}

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FORK_H_
