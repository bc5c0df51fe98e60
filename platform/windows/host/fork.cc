#include "platform/host/fork.h"

#include <windows.h>

#include <cstdint>
#include <mutex>

// Windows has no fork().

namespace relib::platform {

uint64_t CurrentProcessId() { return GetCurrentProcessId(); }

void LockAroundFork(std::mutex& /*mutex*/) {}

}  // namespace relib::platform
