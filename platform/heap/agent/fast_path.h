#ifndef PLATFORM_HEAP_AGENT_FAST_PATH_H_
#define PLATFORM_HEAP_AGENT_FAST_PATH_H_

// A part of the one C source that includes it (platform/<os>/agent_heap.c).

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// What the hooks read; all zero while there is no fast path. In .data, which
// the loader has touched when the first one is called.
__attribute__((section(".data"))) static struct {
  // Blocks in [begin, begin + size) are mimalloc's.
  uintptr_t begin;
  size_t size;
  bool is_open;
} fast;

#endif  // PLATFORM_HEAP_AGENT_FAST_PATH_H_
