#include "relib/internal/states/state_memory.h"

#include <atomic>
#include <cstddef>
#include <new>

#include "absl/base/no_destructor.h"
#include "absl/log/log.h"

namespace relib::internal {

void* StateMemoryResource::do_allocate(size_t size, size_t alignment) {
  void* const block =
      ::operator new(size, std::align_val_t(alignment), std::nothrow);
  if (block == nullptr)
    LOG(FATAL) << "no memory for " << size << " bytes of a state";
  blocks_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(size, std::memory_order_relaxed);
  return block;
}

void StateMemoryResource::do_deallocate(void* block, size_t size,
                                        size_t alignment) {
  blocks_.fetch_sub(1, std::memory_order_relaxed);
  bytes_.fetch_sub(size, std::memory_order_relaxed);
  ::operator delete(block, std::align_val_t(alignment));
}

StateMemoryResource* StateMemory() {
  static absl::NoDestructor<StateMemoryResource> memory;
  return memory.get();
}

}  // namespace relib::internal
