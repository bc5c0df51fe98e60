// Starts a thread by std::async(). "start" starts it; "end" ends and joins it.

#include <cstdint>
#include <future>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;
std::future<void> future;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    future = std::async(std::launch::async, [] { rendezvous.ArriveAndWait(); });
    rendezvous.AwaitArrival();
  } else if (argument == "end") {
    rendezvous.Release();
    future.get();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
