// A thread that goes on calling the host until that returns 0. "start" starts
// it, and returns when it has called once.

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
    while (imports<EntryImports>().call("") != 0) has_called = true;
  }).detach();
  while (!has_called) std::this_thread::yield();
  return 0;
}

}  // namespace

RELIB_IMPORTS(EntryImports);
RELIB_EXPORTS(EntryExports, .run = implement<Run>);

}  // namespace relib::misbehavior
