#ifndef TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_
#define TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_

#include <cstddef>

#include "absl/types/span.h"

namespace relib::misbehavior {

// The arguments of heap/leaks that only this system has, and one of them that
// aligns its block.
extern const absl::Span<const char* const> kWaysOfThisSystem;
extern const char kAlignedWay[];

// Returns the usable size of a block in the heap of the program.
size_t SizeOfHostsBlock(void* block);

void* AllocateAligned(size_t size, size_t alignment);
void FreeAligned(void* memory);

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HEAP_SYSTEM_HEAP_H_
