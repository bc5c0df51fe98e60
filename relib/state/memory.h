#ifndef RELIB_STATE_MEMORY_H_
#define RELIB_STATE_MEMORY_H_

#include <cstdint>

namespace relib {

struct StateMemoryUse {
  uint64_t blocks = 0;
  uint64_t bytes = 0;
};

// What the states of this process hold, and with them whatever else modules
// have in containers of std::pmr: their default resource is the host's. Zero
// when all states are gone, unless modules leak such memory. Thread-safe.
StateMemoryUse CountStateMemory();

}  // namespace relib

#endif  // RELIB_STATE_MEMORY_H_
