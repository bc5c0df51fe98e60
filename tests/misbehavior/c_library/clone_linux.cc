// Starts a thread by clone(), which runs until the argument is "end". The
// thread has no thread-local variables of its own, so it uses none.

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<bool> ended = false;
alignas(16) char stack[16384];

int64_t Run(std::string_view argument) {
  if (argument == "end") {
    ended = true;
    return 0;
  }
  return clone(
      [](void*) {
        while (!ended.load()) {
        }
        return 0;
      },
      stack + sizeof(stack),
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
          CLONE_SYSVSEM,
      nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
