// Starts a thread that throws, and joins it.

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  std::thread([] { throw std::range_error("thrown on a thread"); }).join();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
