#ifndef TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_
#define TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_

#include <cstddef>

#include "absl/types/span.h"

namespace relib::misbehavior {

// What heap_leaks can do on this system alone, and one that aligns.
extern const absl::Span<const char* const> kWaysOfThisSystem;
extern const char kAlignedWay[];

// Of a block of the program's own heap.
size_t SizeOfHostsBlock(void* block);

void* AllocateAligned(size_t size, size_t alignment);
void FreeAligned(void* memory);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_
