// Calls ualarm() again and again, while the handler of SIGALRM does so as well.
// Returns the number of signals, at least 200.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// Old code calls this function.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace {

std::atomic<int64_t> calls = 0;

int64_t Run(std::string_view /*argument*/) {
  const auto handler = [](int) {
    // Ends at some time, or signals would leave no time for anything else.
    if (++calls < 200) ualarm(10, 0);
  };
  if (signal(SIGALRM, handler) == SIG_ERR) return -1;
  while (calls < 200) ualarm(10, 0);
  alarm(0);
  return calls;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
