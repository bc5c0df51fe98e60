// Sets a handler of SIGUSR1 that uses a static object, whose destructor takes
// 20 ms. Ends the program if the handler runs after the destructor has begun.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct Object {
  ~Object() {
    is_alive = false;
    usleep(20'000);
  }
  std::atomic<bool> is_alive = true;
};
Object object;

int64_t Run(std::string_view /*argument*/) {
  const auto handler = [](int) {
    if (!object.is_alive) std::abort();
  };
  return signal(SIGUSR1, handler) == SIG_ERR ? -1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
