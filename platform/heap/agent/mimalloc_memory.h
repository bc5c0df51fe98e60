#ifndef PLATFORM_HEAP_AGENT_MIMALLOC_MEMORY_H_
#define PLATFORM_HEAP_AGENT_MIMALLOC_MEMORY_H_

// The memory of mimalloc in a module: a range of addresses that the host
// reserves, and single mappings for what does not fit. Included by
// mimalloc_heap.h. The functions set errno like the system calls that they
// replace.

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "platform/heap/agent/agent_heap.h"

// --- Implemented by the system's source. ---

// Makes pages of the range accessible. Pages that are accessible already keep
// their contents.
static bool SystemCommit(void* memory, size_t size);
// Zeroes accessible pages by giving their memory back. Returns false, with the
// pages unchanged, if that is not possible.
static bool SystemClear(void* memory, size_t size);
static bool SystemIsAccessible(const void* memory);
// Returns whether a piece of this size should be mapped on its own instead of
// taken from the range.
static bool SystemMapsAlone(size_t size);
// Replace the host's map() and unmap(), with the same alignment, in a forked
// child. Nothing has to be reclaimed there.
static void* SystemMapWithoutHost(size_t size);
static bool SystemUnmapWithoutHost(void* memory, size_t size);
// Sets options, and arranges for calls of RelibHeapThreadEnds(). Returns false
// on failure.
static bool SystemStart(void);
// Announces that the first `size` bytes of the range will be used first.
static void SystemRangeReserved(void* memory, size_t size);
// Announces that accessible memory of the arena will be used next. If `dense`,
// many small blocks fill it from front to back; otherwise, it is a single block
// that may be touched only in parts.
static void SystemArenaUsed(void* memory, size_t size, bool dense);
static int64_t SystemMilliseconds(void);

static const RelibHeapBinding* host;

// The range. mimalloc's own data is in its first part; the rest is the arena.
static struct {
  uintptr_t begin;
  size_t size;
} range;

// Memory outside the range, mapped before there was a range or after it was
// full.
#define kMaxExtras 1024
static struct {
  _Atomic(uintptr_t) begin;
  _Atomic(uintptr_t) end;
} extras[kMaxExtras];
// Entries from here on have never been used.
static _Atomic(size_t) extras_end;

static bool InRange(const void* address) {
  return (uintptr_t)address - range.begin < range.size;
}

static void* MapExtra(size_t size) {
  void* const memory = RelibHooksAreOn() ? host->map(host->resources, size)
                                         : SystemMapWithoutHost(size);
  if (memory == NULL) return NULL;
  const uintptr_t begin = (uintptr_t)memory;
  for (size_t i = 0; i < kMaxExtras; ++i) {
    uintptr_t unused = 0;
    if (!atomic_compare_exchange_strong(&extras[i].begin, &unused, begin)) {
      continue;
    }
    atomic_store(&extras[i].end, begin + size);
    size_t end = atomic_load(&extras_end);
    while (end < i + 1 &&
           !atomic_compare_exchange_weak(&extras_end, &end, i + 1)) {
    }
    return (void*)begin;
  }
  if (RelibHooksAreOn()) host->unmap(host->resources, memory, size);
  return NULL;
}

// mimalloc's own data: a piece per thread, freed at the thread's end, and a
// little that stays. Allocated as pages at the start of the range.
#define kOwnDataSize RELIB_HEAP_ALIGNMENT
#define kPage ((size_t)4096)
static _Atomic(size_t) own_data_end;
static _Atomic(size_t) own_data_writable;
// The free list of pieces, all of the one size that is ever freed: a Treiber
// stack. The lower half is a page number, zero for an empty list. The upper
// half counts changes, which makes the exchange safe against a piece that was
// taken and given back meanwhile (the ABA problem).
static _Atomic(uint64_t) own_data_free;
static _Atomic(size_t) own_data_free_size;

static void* MapOwnData(size_t size) {
  size = (size + kPage - 1) & ~(kPage - 1);
  uint64_t head = atomic_load(&own_data_free);
  while (size == atomic_load(&own_data_free_size) && (uint32_t)head != 0) {
    uint64_t* const piece =
        (uint64_t*)(range.begin + ((uint32_t)head - 1) * kPage);
    // The piece may be in use by now; then the exchange below fails.
    const uint64_t next = (*piece & UINT32_MAX) | (((head >> 32) + 1) << 32);
    if (atomic_compare_exchange_weak(&own_data_free, &head, next)) {
      return piece;
    }
  }
  const size_t offset = atomic_fetch_add(&own_data_end, size);
  if (offset + size > kOwnDataSize) return MapExtra(size);
  size_t writable = atomic_load(&own_data_writable);
  if (offset + size > writable) {
    const size_t wanted = (offset + size + 16 * kPage - 1) & ~(16 * kPage - 1);
    if (!SystemCommit((void*)range.begin, wanted)) return NULL;
    while (writable < wanted && !atomic_compare_exchange_weak(
                                    &own_data_writable, &writable, wanted)) {
    }
  }
  return (void*)(range.begin + offset);
}

static void UnmapOwnData(void* memory, size_t size) {
  size = (size + kPage - 1) & ~(kPage - 1);
  size_t free_size = 0;
  if (!atomic_compare_exchange_strong(&own_data_free_size, &free_size, size) &&
      free_size != size) {
    return;
  }
  const uint64_t number = ((uintptr_t)memory - range.begin) / kPage + 1;
  uint64_t head = atomic_load(&own_data_free);
  do {
    *(uint64_t*)memory = head & UINT32_MAX;
  } while (!atomic_compare_exchange_weak(&own_data_free, &head,
                                         number | (((head >> 32) + 1) << 32)));
}

// Replaces mmap() in mimalloc.
static void* TakeMemory(size_t size) {
  return range.size != 0 && size <= 16 * kPage ? MapOwnData(size)
                                               : MapExtra(size);
}

static bool GiveMemoryBack(void* memory, size_t size) {
  if (InRange(memory)) {
    UnmapOwnData(memory, size);
    return true;
  }
  const uintptr_t begin = (uintptr_t)memory;
  const size_t count = atomic_load(&extras_end);
  for (size_t i = 0; i < count; ++i) {
    const uintptr_t extra_begin = atomic_load(&extras[i].begin);
    const uintptr_t extra_end = atomic_load(&extras[i].end);
    if (begin < extra_begin || begin >= extra_end) continue;
    // mimalloc cuts pieces off at both ends of a mapping.
    if (begin == extra_begin && begin + size >= extra_end) {
      atomic_store(&extras[i].end, 0);
      atomic_store(&extras[i].begin, 0);
    } else if (begin == extra_begin) {
      atomic_store(&extras[i].begin, begin + size);
    } else {
      atomic_store(&extras[i].end, begin);
    }
    return RelibHooksAreOn() ? host->unmap(host->resources, memory, size)
                             : SystemUnmapWithoutHost(memory, size);
  }
  return false;
}

#endif  // PLATFORM_HEAP_AGENT_MIMALLOC_MEMORY_H_
