// Starts and joins a thread.

#include <cstdint>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  int64_t result = -1;
  std::thread([&result] { result = 0; }).join();
  return result;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
