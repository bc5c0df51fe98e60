// Sets a signal handler that resets the signal to its default action, as crash
// handlers do.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  const auto handler = [](int number) { signal(number, SIG_DFL); };
  if (signal(SIGUSR1, handler) == SIG_ERR) return -1;
  return raise(SIGUSR1);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
