// Leaves a timer that calls a function once, on a thread that the function ends
// by pthread_exit(). Returns the number of calls.

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int64_t> calls = 0;

// The argument "set" sets the timer.
int64_t Run(std::string_view argument) {
  if (argument != "set") return calls;
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) {
    ++calls;
    pthread_exit(nullptr);
  };
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
  const itimerspec soon = {.it_interval = {},
                           .it_value = {.tv_sec = 0, .tv_nsec = 1'000'000}};
  return timer_settime(timer, 0, &soon, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
