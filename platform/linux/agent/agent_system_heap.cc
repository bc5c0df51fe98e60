#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "platform/heap/agent/system_heap.h"

extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_memalign(size_t alignment, size_t size);
void* __real_realloc(void* block, size_t size);
void __real_free(void* block);
size_t __real_malloc_usable_size(void* block);
}

namespace relib::platform {

void* SystemHeapAllocate(size_t size, size_t alignment, size_t /*offset*/,
                         bool zero) {
  if (alignment > alignof(max_align_t)) return __real_memalign(alignment, size);
  return zero ? __real_calloc(1, size) : __real_malloc(size);
}

void* SystemHeapReallocate(void* block, size_t size) {
  return __real_realloc(block, size);
}

void SystemHeapFree(void* block) { __real_free(block); }

size_t SystemHeapSize(void* block) { return __real_malloc_usable_size(block); }

bool SystemReadWord(const void* address, uint64_t* word) {
  const iovec here = {.iov_base = word, .iov_len = sizeof(*word)};
  const iovec there = {.iov_base = const_cast<void*>(address),
                       .iov_len = sizeof(*word)};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) ==
         ssize_t{sizeof(*word)};
}

void SystemYield() { sched_yield(); }

// There are no early blocks: the first code of a module runs after it is bound.
void EarlyBlocks::Add(void* /*block*/) {}
bool EarlyBlocks::Has(const void* /*block*/) { return false; }
void EarlyBlocks::Forget(const void* /*block*/) {}
void EarlyBlocks::ForgetAll() {}
void EarlyBlocks::FreeAll(RelibHeapUse& /*use*/) {}

}  // namespace relib::platform
