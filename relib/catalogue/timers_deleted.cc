// A timer that is deleted again.

#include <signal.h>
#include <time.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
  return timer_delete(timer);
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
