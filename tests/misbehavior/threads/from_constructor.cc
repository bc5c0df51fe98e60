// Starts a thread in a static constructor. "start" waits until it runs; "end"
// ends and joins it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;
std::thread thread([] { rendezvous.ArriveAndWait(); });

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    rendezvous.AwaitArrival();
  } else if (argument == "end") {
    rendezvous.Release();
    thread.join();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
