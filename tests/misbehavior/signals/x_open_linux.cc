// Handlers by the functions of System V and X/Open: one for SIGUSR2, SIGPIPE
// ignored, one for SIGWINCH; and SIGHUP held back, SIGTERM only for a while.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// What old code calls.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace {

int64_t Run(std::string_view /*argument*/) {
  const bool set =
      sigset(SIGUSR2, [](int) {}) != SIG_ERR && sigignore(SIGPIPE) == 0 &&
      ssignal(SIGWINCH, [](int) {}) != SIG_ERR && sighold(SIGHUP) == 0 &&
      sighold(SIGTERM) == 0 && sigrelse(SIGTERM) == 0;
  return set ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
