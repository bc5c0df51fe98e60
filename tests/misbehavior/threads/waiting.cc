// Starts a thread that waits for a condition variable. "start" starts it; "end"
// ends and joins it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;
std::thread thread;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    thread = std::thread([] { rendezvous.ArriveAndWait(); });
    rendezvous.AwaitArrival();
  } else if (argument == "end") {
    rendezvous.Release();
    thread.join();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
