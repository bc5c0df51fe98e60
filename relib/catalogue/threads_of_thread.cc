// A thread that was started by another one, which has ended. "start" starts
// them, "end" ends it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/catalogue/entry.h"
#include "relib/catalogue/gate.h"
#include "relib/module.h"

namespace {

relib::catalogue::Gate gate;

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

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
