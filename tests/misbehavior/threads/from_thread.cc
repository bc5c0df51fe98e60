// A thread that was started by another one, which has ended. "start" starts
// them, "end" ends it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Gate gate;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    std::thread([] { std::thread([] { gate.Pass(); }).detach(); }).join();
    gate.AwaitArrival();
  } else if (argument == "end") {
    gate.Open();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
