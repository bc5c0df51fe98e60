#include <malloc.h>
#include <stdlib.h>

#include <cstddef>

#include "absl/types/span.h"
#include "tests/misbehavior/heap/system_heap.h"

namespace relib::misbehavior {
namespace {

constexpr const char* kWays[] = {
    "aligned_alloc",  "posix_memalign",  "memalign", "valloc",    "pvalloc",
    "reallocarray",   "strndup",         "getline",  "vasprintf", "__asprintf",
    "__asprintf_chk", "__vasprintf_chk", "__strdup", "__strndup"};

}  // namespace

const absl::Span<const char* const> kWaysOfThisSystem = kWays;
const char kAlignedWay[] = "aligned_alloc";

size_t SizeOfHostsBlock(void* block) { return malloc_usable_size(block); }

void* AllocateAligned(size_t size, size_t alignment) {
  return aligned_alloc(alignment,
                       (size + alignment - 1) / alignment * alignment);
}

void FreeAligned(void* memory) { free(memory); }

}  // namespace relib::misbehavior
