// A thread whose function has returned, and which waits in the destructor of a
// thread_local object. "start" starts it, "end" ends it.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/catalogue/entry.h"
#include "relib/catalogue/gate.h"
#include "relib/module.h"

namespace {

relib::catalogue::Gate gate;

thread_local relib::catalogue::PassesAtEnd passes_at_end;

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

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
