// setitimer(): SIGALRM in a minute, which would end the program.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
