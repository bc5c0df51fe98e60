// A thread whose function has returned, and which waits in the destructor of a
// thread_local object. "start" starts it, "end" ends it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Gate gate;

thread_local relib::misbehavior::PassesAtEnd passes_at_end;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    std::thread([] { passes_at_end.gate = &gate; }).detach();
    gate.AwaitArrival();
  } else if (argument == "end") {
    gate.Open();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
