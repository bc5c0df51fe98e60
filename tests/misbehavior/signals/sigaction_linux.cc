// Sets a handler of SIGUSR1 by sigaction(), and leaves it. Returns the number
// of its calls.

#include <signal.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int64_t> calls = 0;

int64_t Run(std::string_view /*argument*/) {
  struct sigaction action = {};
  action.sa_sigaction = [](int, siginfo_t*, void*) { ++calls; };
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  if (sigaction(SIGUSR1, &action, nullptr) != 0) return -1;
  return calls;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
