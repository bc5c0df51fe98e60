// Sets a handler of SIGUSR2 with the semantics of System V, and one of SIGWINCH
// with the semantics of BSD that interrupts system calls. Leaves both.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// Old code calls these functions.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

// glibc declares this only for programs of X/Open's issue 6.
extern "C" sighandler_t bsd_signal(int signal, sighandler_t handler);

namespace {

int64_t Run(std::string_view /*argument*/) {
  const bool set = __sysv_signal(SIGUSR2, [](int) {}) != SIG_ERR &&
                   bsd_signal(SIGWINCH, [](int) {}) != SIG_ERR &&
                   siginterrupt(SIGWINCH, 1) == 0;
  return set ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
