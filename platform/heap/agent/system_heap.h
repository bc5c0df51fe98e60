#ifndef PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_
#define PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_

// The functions of the system that agent_heap_choice.cc uses in the module.

#include <cstddef>
#include <cstdint>

#include "platform/heap/heap_binding.h"

namespace relib::platform {

// The C library's heap, bypassing all hooks. `alignment` is zero or a power of
// two, and applies to the address at `offset` in the block.
void* SystemHeapAllocate(size_t size, size_t alignment, size_t offset,
                         bool zero);
void* SystemHeapReallocate(void* block, size_t size);
void SystemHeapFree(void* block);
size_t SystemHeapSize(void* block);

// Reads a word of memory. Returns false if it is not accessible.
bool SystemReadWord(const void* address, uint64_t* word);

void SystemYield();

// Blocks of the C library's heap that the module allocated before it was bound.
// They cannot be recognized as the module's in any other way.
class EarlyBlocks {
 public:
  static void Add(void* block);
  static bool Has(const void* block);
  static void Forget(const void* block);
  static void ForgetAll();
  // Frees the blocks, and adds them to `use`.
  static void FreeAll(RelibHeapUse& use);
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_
