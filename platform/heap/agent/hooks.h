#ifndef PLATFORM_HEAP_AGENT_HOOKS_H_
#define PLATFORM_HEAP_AGENT_HOOKS_H_

// The portable part of the allocation functions. Included by a single C source,
// the backend's agent_heap.c. `caller` is the return address of the hook.

#include <errno.h>

#include "platform/heap/agent/agent_heap.h"
#include "platform/heap/agent/fast_path.h"

// A size of zero needs no special case: mimalloc returns a block for it.
static inline void* Allocate(size_t size, const void* caller) {
  if (LIKELY(fast.is_open)) return mi_malloc(size);
  return RelibSlowAllocate(size, 0, 0, false, caller);
}

static inline void Deallocate(void* block, const void* caller) {
  if (LIKELY((uintptr_t)block - fast.begin < fast.size)) {
    Free(block);
    return;
  }
  if (block != NULL) RelibSlowFree(block, caller);
}

static inline void* AllocateZeroed(size_t count, size_t size,
                                   const void* caller) {
  size_t total;
  if (UNLIKELY(__builtin_mul_overflow(count, size, &total))) {
    errno = ENOMEM;
    return NULL;
  }
  if (LIKELY(fast.is_open)) {
    return total < ((size_t)1 << 20) ? mi_zalloc(total)
                                     : RelibHeapAllocate(total, 0, 0, true);
  }
  return RelibSlowAllocate(total, 0, 0, true, caller);
}

static inline void* Reallocate(void* block, size_t size, const void* caller) {
  if (LIKELY((uintptr_t)block - fast.begin < fast.size && size != 0)) {
    return mi_realloc(block, size);
  }
  return RelibSlowReallocate(block, size, caller);
}

// Allocates a block whose address plus `offset` is a multiple of `alignment`.
static inline void* AllocateAligned(size_t size, size_t alignment,
                                    size_t offset, const void* caller) {
  if (LIKELY(fast.is_open)) {
    return RelibHeapAllocate(size, alignment, offset, false);
  }
  return RelibSlowAllocate(size, alignment, offset, false, caller);
}

static inline size_t SizeOf(const void* block) {
  return block == NULL ? 0 : RelibSlowSize(block);
}

#endif  // PLATFORM_HEAP_AGENT_HOOKS_H_
