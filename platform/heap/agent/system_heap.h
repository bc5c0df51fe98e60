#ifndef PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_
#define PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_

// What agent_heap_choice.cc needs of the system, in the module.

#include <cstddef>
#include <cstdint>

#include "platform/heap/heap_binding.h"

namespace relib::platform {

// The C library's heap, past all hooks. `alignment` is zero or a power of two,
// which divides the address at `offset` in the block.
void* SystemHeapAllocate(size_t size, size_t alignment, size_t offset,
                         bool zero);
void* SystemHeapReallocate(void* block, size_t size);
void SystemHeapFree(void* block);
size_t SystemHeapSize(void* block);

// Reads a word of memory that may not be accessible; then false.
bool SystemReadWord(const void* address, uint64_t* word);

void SystemYield();

// Blocks of the C library's heap that the module has taken before it was bound.
// Once it is, nothing else says that they are the module's.
class EarlyBlocks {
 public:
  static void Add(void* block);
  static bool Has(const void* block);
  static void Forget(const void* block);
  static void ForgetAll();
  // Adds what it has freed.
  static void FreeAll(RelibHeapUse& use);
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_AGENT_SYSTEM_HEAP_H_
