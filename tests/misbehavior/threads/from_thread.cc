// Starts a thread that starts another thread and ends. "start" starts both;
// "end" ends the second one.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    std::thread([] {
      std::thread([] { rendezvous.ArriveAndWait(); }).detach();
    }).join();
    rendezvous.AwaitArrival();
  } else if (argument == "end") {
    rendezvous.Release();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
