#ifndef RELIB_STATE_MEMORY_H_
#define RELIB_STATE_MEMORY_H_

#include <cstdint>

namespace relib {

struct StateMemoryUse {
  uint64_t blocks = 0;
  uint64_t bytes = 0;
};

// Returns the memory of all states of this process. It includes other std::pmr
// containers of modules with states, because their default resource is the
// host's. Returns zero once all states are destroyed, unless modules leak such
// memory. Thread-safe.
StateMemoryUse CountStateMemory();

}  // namespace relib

#endif  // RELIB_STATE_MEMORY_H_
