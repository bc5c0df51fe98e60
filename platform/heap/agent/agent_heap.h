#ifndef PLATFORM_HEAP_AGENT_AGENT_HEAP_H_
#define PLATFORM_HEAP_AGENT_AGENT_HEAP_H_

// The two halves of the heap in a module: agent_heap.c has mimalloc and the
// fast path, agent_heap_choice.cc the rest.

#include "platform/heap/heap_binding.h"

#ifdef __cplusplus
extern "C" {
#endif

// --- agent_heap.c ---

// Starts mimalloc. Called once, before the other functions here. Returns false
// if there is no memory.
bool RelibHeapStart(const RelibHeapBinding* host);
// Makes the hooks call mimalloc directly from now on.
void RelibHeapOpenFastPath(void);
// Allocates a block. Returns null and sets errno if there is no memory.
void* RelibHeapAllocate(size_t size, size_t alignment, size_t offset,
                        bool zero);
void* RelibHeapReallocate(void* block, size_t size);
void RelibHeapFree(void* block);
size_t RelibHeapSize(const void* block);
// Returns whether `address` is in memory of mimalloc.
bool RelibHeapOwns(const void* address);
// Counts the allocated blocks. No other thread may use the heap meanwhile.
RelibHeapUse RelibHeapCount(void);
// The destructor of mimalloc's thread key, which the host deletes.
void RelibHeapThreadEnds(void* value);

// --- agent_heap_choice.cc: slow path of the hooks, which supports all heaps
// ---

void* RelibSlowAllocate(size_t size, size_t alignment, size_t offset, bool zero,
                        const void* caller);
void* RelibSlowReallocate(void* block, size_t size, const void* caller);
void RelibSlowFree(void* block, const void* caller);
size_t RelibSlowSize(const void* block);

// --- agent.cc ---

// Returns false in a forked child, where the host is not told of anything.
bool RelibHooksAreOn(void);

#ifdef __cplusplus
}
#endif

#endif  // PLATFORM_HEAP_AGENT_AGENT_HEAP_H_
