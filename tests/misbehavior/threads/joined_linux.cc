// Starts and joins threads of the kinds that only Linux has: a POSIX thread
// that calls pthread_exit(), and C11 threads. Returns the sum of their results.

#include <pthread.h>
#include <threads.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct HasDestructor {
  std::atomic<int>* target = nullptr;
  ~HasDestructor() {
    if (target != nullptr) *target += 1000;
  }
};
thread_local HasDestructor thread_local_object;

// Destroyed when pthread_exit() unwinds the stack.
struct Local {
  std::atomic<int>* target;
  ~Local() { *target += 10000; }
};

void* EndThroughPthreadExit(void* argument) {
  const Local local{static_cast<std::atomic<int>*>(argument)};
  thread_local_object.target = static_cast<std::atomic<int>*>(argument);
  pthread_exit(reinterpret_cast<void*>(uintptr_t{1}));
}

int C11Thread(void* argument) {
  *static_cast<std::atomic<int>*>(argument) += 100;
  return -10;
}

int EndThroughThrdExit(void*) { thrd_exit(7); }

int64_t Run(std::string_view) {
  // Atomic, because ThreadSanitizer doesn't support thrd_join().
  std::atomic<int> sum = 0;
  pthread_t posix;
  if (pthread_create(&posix, nullptr, EndThroughPthreadExit, &sum) != 0)
    return -1;
  void* result = nullptr;
  pthread_join(posix, &result);
  sum += static_cast<int>(reinterpret_cast<uintptr_t>(result));

  for (thrd_start_t start : {C11Thread, EndThroughThrdExit}) {
    thrd_t c11;
    if (thrd_create(&c11, start, &sum) != thrd_success) return -2;
    int c11_result = 0;
    thrd_join(c11, &c11_result);
    sum += c11_result;
  }
  return sum;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
