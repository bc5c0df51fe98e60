#include "relib/state/memory.h"

#include "relib/internal/states/state_memory.h"

namespace relib {

StateMemoryUse CountStateMemory() {
  const internal::StateMemoryResource& memory = *internal::StateMemory();
  return {.blocks = memory.blocks(), .bytes = memory.bytes()};
}

}  // namespace relib
