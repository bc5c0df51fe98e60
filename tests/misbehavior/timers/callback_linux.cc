// Leaves a timer that calls a function every millisecond on a thread of the C
// library. Returns the number of calls so far.

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int64_t> calls = 0;

bool Start() {
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) { ++calls; };
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return false;
  const timespec millisecond = {.tv_sec = 0, .tv_nsec = 1'000'000};
  const itimerspec often = {.it_interval = millisecond,
                            .it_value = millisecond};
  return timer_settime(timer, 0, &often, nullptr) == 0;
}

int64_t Run(std::string_view /*argument*/) {
  static const bool started = Start();
  return started ? calls.load() : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
