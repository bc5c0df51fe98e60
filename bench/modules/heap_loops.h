#ifndef BENCH_MODULES_HEAP_LOOPS_H_
#define BENCH_MODULES_HEAP_LOOPS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "bench/modules/heap_interface.h"

// Loops over the allocation functions, which the module and the host compile in
// the same way. They differ only in the heap that they use.

namespace relib::bench {

// Hides the use of the block from the compiler, which could otherwise remove
// the allocation.
inline void Escape(void* block) { asm volatile("" : : "g"(block) : "memory"); }

// Frees each block before it allocates the next.
inline void AllocatePairs(int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    void* const block = std::malloc(64);
    Escape(block);
    std::free(block);
  }
}

// Keeps 1,024 blocks of 16 to 1,024 bytes, and replaces one of them each time.
inline void AllocateMixed(int64_t count) {
  constexpr size_t kLive = 1024;
  std::array<void*, kLive> blocks = {};
  uint32_t random = 12345;
  for (int64_t i = 0; i < count; ++i) {
    random = random * 1664525 + 1013904223;
    void*& block = blocks[(random >> 8) % kLive];
    std::free(block);
    block = std::malloc(16 + (random >> 18) % 1009);
    Escape(block);
  }
  for (void* const block : blocks) std::free(block);
}

// Allocates 64 MiB of zeros, and frees them.
inline void AllocateZeroed(int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    void* const block = std::calloc(1, size_t{64} << 20);
    Escape(block);
    std::free(block);
  }
}

inline constexpr HeapLoops kHeapLoops = {
    .pairs = AllocatePairs, .mixed = AllocateMixed, .zeroed = AllocateZeroed};

}  // namespace relib::bench

#endif  // BENCH_MODULES_HEAP_LOOPS_H_
