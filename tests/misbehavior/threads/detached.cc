// Starts and detaches a thread that ends after as many milliseconds as the
// argument says.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::thread([milliseconds = std::stoi(std::string(argument))] {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }).detach();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
