// Gives the calling thread a signal stack in the image of the module, and
// leaves it.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

alignas(16) char stack[65536];

int64_t Run(std::string_view /*argument*/) {
  stack_t signal_stack = {};
  signal_stack.ss_sp = stack;
  signal_stack.ss_size = sizeof(stack);
  return sigaltstack(&signal_stack, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
