#ifndef PLATFORM_HEAP_AGENT_FAST_PATH_H_
#define PLATFORM_HEAP_AGENT_FAST_PATH_H_

// Included by a single C source, the backend's agent_heap.c.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// State that the hooks read. All zero while the fast path is closed. In .data,
// whose page the loader has touched before the first hook runs.
__attribute__((section(".data"))) static struct {
  // Blocks in [begin, begin + size) belong to mimalloc.
  uintptr_t begin;
  size_t size;
  bool is_open;
} fast;

#endif  // PLATFORM_HEAP_AGENT_FAST_PATH_H_
