// Sets a handler of SIGUSR1 that takes 300 ms.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<bool> runs = false;

// The argument "set" sets the handler; "runs" asks whether it is running.
int64_t Run(std::string_view argument) {
  if (argument == "runs") return runs ? 1 : 0;
  const auto handler = [](int) {
    runs = true;
    usleep(300'000);
    runs = false;
  };
  return signal(SIGUSR1, handler) == SIG_ERR ? -1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
