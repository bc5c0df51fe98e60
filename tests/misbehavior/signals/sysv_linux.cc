// A handler of SIGUSR2 as System V has them, and one of SIGWINCH as BSD has
// them, which is told to interrupt system calls.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// What old code calls.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

// glibc declares it for programs of X/Open's issue 6 alone.
extern "C" sighandler_t bsd_signal(int signal, sighandler_t handler);

namespace {

int64_t Run(std::string_view /*argument*/) {
  const bool set = __sysv_signal(SIGUSR2, [](int) {}) != SIG_ERR &&
                   bsd_signal(SIGWINCH, [](int) {}) != SIG_ERR &&
                   siginterrupt(SIGWINCH, 1) == 0;
  return set ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
