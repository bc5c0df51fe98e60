#ifndef PLATFORM_HEAP_AGENT_AGENT_HEAP_H_
#define PLATFORM_HEAP_AGENT_AGENT_HEAP_H_

// The two halves of the heap in a module: agent_heap.c is mimalloc, and what
// every allocation runs through; agent_heap_choice.cc is the rest.

#include "platform/heap/heap_binding.h"

#ifdef __cplusplus
extern "C" {
#endif

// --- agent_heap.c ---

// Once, before everything else here. False if there is no memory.
bool RelibHeapStart(const RelibHeapBinding* host);
// From now on the hooks go to mimalloc right away.
void RelibHeapOpenFastPath(void);
// Null, and errno, when there is no memory.
void* RelibHeapAllocate(size_t size, size_t alignment, size_t offset,
                        bool zero);
void* RelibHeapReallocate(void* block, size_t size);
void RelibHeapFree(void* block);
size_t RelibHeapSize(const void* block);
// Whether `address` lies in memory of mimalloc.
bool RelibHeapOwns(const void* address);
// No other thread may use the heap.
RelibHeapUse RelibHeapCount(void);
// The destructor of mimalloc's thread key, which the host deletes.
void RelibHeapThreadEnds(void* value);

// --- agent_heap_choice.cc: what the hooks can't leave to mimalloc ---

void* RelibSlowAllocate(size_t size, size_t alignment, size_t offset, bool zero,
                        const void* caller);
void* RelibSlowReallocate(void* block, size_t size, const void* caller);
void RelibSlowFree(void* block, const void* caller);
size_t RelibSlowSize(const void* block);

// --- agent.cc ---

// False in a forked child, which is no business of the host's.
bool RelibHooksAreOn(void);

#ifdef __cplusplus
}
#endif

#endif  // PLATFORM_HEAP_AGENT_AGENT_HEAP_H_
