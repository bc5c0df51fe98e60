// before_unload returns, but leaves its thread a thread_local object whose
// destructor waits for "end".

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Gate gate;

thread_local relib::misbehavior::PassesAtEnd passes_at_end;

int64_t Run(std::string_view argument) {
  if (argument == "end") gate.Open();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
RELIB_BEFORE_UNLOAD() { passes_at_end.gate = &gate; }
