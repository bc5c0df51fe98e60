// Leaves a timer that calls a function every millisecond. The function uses a
// static object, whose destructor takes 20 ms, and ends the program if it runs
// after the destructor has begun.

#include <signal.h>
#include <time.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/mortal.h"

namespace {

relib::misbehavior::Mortal object;

int64_t Run(std::string_view /*argument*/) {
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) { object.Use(); };
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
  const timespec often = {.tv_sec = 0, .tv_nsec = 1'000'000};
  const itimerspec value = {.it_interval = often, .it_value = often};
  return timer_settime(timer, 0, &value, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
