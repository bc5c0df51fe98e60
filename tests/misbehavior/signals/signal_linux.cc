// Sets a handler of SIGUSR2 and ignores SIGPIPE, by signal(), and leaves both.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  const bool set = signal(SIGUSR2, [](int) {}) != SIG_ERR &&
                   signal(SIGPIPE, SIG_IGN) != SIG_ERR;
  return set ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
