// Sets the integer of the host whose address is the argument to 1, and doesn't
// return before the host sets it to 2. Returns at once without an argument.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  if (argument.empty()) return 0;
  auto* state = reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), nullptr, 16));
  *state = 1;
  while (*state != 2) std::this_thread::yield();
  return 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
