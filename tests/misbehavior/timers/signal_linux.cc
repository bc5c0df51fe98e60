// Leaves a timer that sends SIGUSR1 every millisecond to a handler of the
// module.

#include <signal.h>
#include <time.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  if (signal(SIGUSR1, [](int) {}) == SIG_ERR) return 1;
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR1;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return 2;
  const timespec millisecond = {.tv_sec = 0, .tv_nsec = 1'000'000};
  const itimerspec often = {.it_interval = millisecond,
                            .it_value = millisecond};
  return timer_settime(timer, 0, &often, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
