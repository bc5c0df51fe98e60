// Sets a signal handler, and restores the previous one.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  struct sigaction action = {};
  struct sigaction old;
  action.sa_handler = [](int) {};
  if (sigaction(SIGUSR1, &action, &old) != 0) return 1;
  raise(SIGUSR1);
  return sigaction(SIGUSR1, &old, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
