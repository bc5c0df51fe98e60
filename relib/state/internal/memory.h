#ifndef RELIB_STATE_INTERNAL_MEMORY_H_
#define RELIB_STATE_INTERNAL_MEMORY_H_

#include <memory_resource>

#include "relib/state/memory.h"

namespace relib::internal {

// Returns the memory resource of all states. It is never destroyed.
std::pmr::memory_resource* StateMemory();

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_MEMORY_H_
