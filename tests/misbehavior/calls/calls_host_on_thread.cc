// Starts a thread that calls the host until the host returns 0. The argument
// "start" starts the thread, and returns after its first call.

#include <atomic>
#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {
namespace {

std::atomic<bool> has_called = false;

int64_t Run(std::string_view argument) {
  if (argument != "start") return 0;
  std::thread([] {
    while (imports<Imports>().call("") != 0) has_called = true;
  }).detach();
  while (!has_called) std::this_thread::yield();
  return 0;
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .run = implement<Run>);

}  // namespace relib::misbehavior
