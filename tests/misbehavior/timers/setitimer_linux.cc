// Leaves a timer of setitimer() that would end the program by SIGALRM in a
// minute.

#include <sys/time.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  const itimerval value = {.it_interval = {},
                           .it_value = {.tv_sec = 60, .tv_usec = 0}};
  return setitimer(ITIMER_REAL, &value, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
