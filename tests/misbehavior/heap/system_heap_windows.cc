#include <malloc.h>

#include <cstddef>

#include "absl/types/span.h"
#include "tests/misbehavior/heap/system_heap.h"

namespace relib::misbehavior {
namespace {

constexpr const char* kWays[] = {"_aligned_malloc",
                                 "_aligned_realloc",
                                 "_aligned_offset_malloc",
                                 "_aligned_offset_realloc",
                                 "_recalloc",
                                 "_strdup",
                                 "_wcsdup",
                                 "_getcwd",
                                 "_wgetcwd"};

}  // namespace

const absl::Span<const char* const> kWaysOfThisSystem = kWays;
const char kAlignedWay[] = "_aligned_malloc";

size_t SizeOfHostsBlock(void* block) { return _msize(block); }

void* AllocateAligned(size_t size, size_t alignment) {
  return _aligned_malloc(size, alignment);
}

void FreeAligned(void* memory) { _aligned_free(memory); }

}  // namespace relib::misbehavior
