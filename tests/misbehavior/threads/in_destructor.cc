// Starts a thread whose function returns, and which then waits in the
// destructor of a thread_local object. "start" starts it; "end" ends it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;

thread_local relib::misbehavior::WaitsAtThreadExit waits_at_thread_exit;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    std::thread([] { waits_at_thread_exit.rendezvous = &rendezvous; }).detach();
    rendezvous.AwaitArrival();
  } else if (argument == "end") {
    rendezvous.Release();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
