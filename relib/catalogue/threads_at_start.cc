// A thread that a static constructor has started. "start" waits until it runs;
// "end" ends and joins it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/catalogue/entry.h"
#include "relib/catalogue/gate.h"
#include "relib/module.h"

namespace {

relib::catalogue::Gate gate;
std::thread thread([] { gate.Pass(); });

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    gate.AwaitArrival();
  } else if (argument == "end") {
    gate.Open();
    thread.join();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
