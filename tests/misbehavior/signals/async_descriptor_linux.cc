// Leaves a socket that sends SIGIO, and a handler for that. Returns the
// descriptor of the other end, which is the host's from then on.

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  int ends[2];
  if (signal(SIGIO, [](int) {}) == SIG_ERR ||
      socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) != 0 ||
      fcntl(ends[0], F_SETOWN, getpid()) != 0 ||
      fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK) != 0) {
    return -1;
  }
  relib::ReleaseToHost(ends[1]);
  return ends[1];
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
