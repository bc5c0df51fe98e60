// A signal stack of the calling thread in the module's own memory.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
