// Deadlocks in before_unload, which waits for a mutex that a call with "lock"
// has locked. A call with "unlock" unlocks it.

#include <cstdint>
#include <mutex>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::mutex mutex;

int64_t Run(std::string_view argument) {
  if (argument == "lock") mutex.lock();
  if (argument == "unlock") mutex.unlock();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
RELIB_BEFORE_UNLOAD() { const std::lock_guard lock(mutex); }
