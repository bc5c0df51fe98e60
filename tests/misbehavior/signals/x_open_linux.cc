// Sets handlers by the functions of System V and X/Open, and leaves them: one
// of SIGUSR2, one of SIGWINCH, and SIGPIPE ignored. Blocks SIGHUP for good, and
// SIGTERM for a moment.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// Old code calls these functions.
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

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
