// A thread of std::async(). "start" starts it; "end" ends and joins it.

#include <cstdint>
#include <future>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/catalogue/gate.h"
#include "relib/module.h"

namespace {

relib::catalogue::Gate gate;
std::future<void> future;

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    future = std::async(std::launch::async, [] { gate.Pass(); });
    gate.AwaitArrival();
  } else if (argument == "end") {
    gate.Open();
    future.get();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
