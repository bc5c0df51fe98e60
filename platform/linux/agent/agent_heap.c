// mimalloc, and the hooks of the allocation functions.

#define _GNU_SOURCE
#include "platform/heap/agent/agent_heap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "platform/shared/sanitizer.h"

#if RELIB_PLATFORM_ASAN || RELIB_PLATFORM_TSAN

// A sanitizer must see every block, so the module uses the C library's heap,
// which the sanitizer has replaced by its own.
bool RelibHeapStart(const RelibHeapBinding* host) {
  (void)host;
  return false;
}
void RelibHeapOpenFastPath(void) {}
void* RelibHeapAllocate(size_t size, size_t alignment, size_t offset,
                        bool zero) {
  (void)size, (void)alignment, (void)offset, (void)zero;
  return NULL;
}
void* RelibHeapReallocate(void* block, size_t size) {
  (void)block, (void)size;
  return NULL;
}
void RelibHeapFree(void* block) { (void)block; }
size_t RelibHeapSize(const void* block) {
  (void)block;
  return 0;
}
bool RelibHeapOwns(const void* address) {
  (void)address;
  return false;
}
RelibHeapUse RelibHeapCount(void) { return (RelibHeapUse){0}; }
void RelibHeapThreadEnds(void* value) { (void)value; }

// Never called, because the fast path stays closed.
static inline void Free(void* block) { (void)block; }
static inline void* mi_malloc(size_t size) { return (void)size, NULL; }
static inline void* mi_zalloc(size_t size) { return (void)size, NULL; }
static inline void* mi_realloc(void* block, size_t size) {
  return (void)block, (void)size, NULL;
}

#else  // RELIB_PLATFORM_ASAN || RELIB_PLATFORM_TSAN

static void* HeapMap(void* hint, size_t size, int protection, int flags,
                     int descriptor, off_t offset);
static int HeapUnmap(void* memory, size_t size);
static int HeapAdvise(void* memory, size_t size, int advice);
static int HeapProtect(void* memory, size_t size, int protection);

// Replaces open(). mimalloc opens one file to learn the kernel's overcommit
// policy, which only affects a flag of mmap(), and another one where there is
// no getrandom().
static int HeapOpen(const char* path, int flags, ...) {
  (void)path, (void)flags;
  errno = ENOENT;
  return -1;
}

#define mmap HeapMap
#define munmap HeapUnmap
#define madvise HeapAdvise
#define mprotect HeapProtect
#define open HeapOpen

#include "platform/heap/agent/mimalloc_heap.h"

#undef mmap
#undef munmap
#undef madvise
#undef mprotect
#undef open

static void* HeapMap(void* hint, size_t size, int protection, int flags,
                     int descriptor, off_t offset) {
  (void)hint, (void)protection, (void)flags, (void)descriptor, (void)offset;
  void* const memory = TakeMemory(size);
  return memory != NULL ? memory : MAP_FAILED;
}

static int HeapUnmap(void* memory, size_t size) {
  return GiveMemoryBack(memory, size) ? 0 : -1;
}

static void ClearPagesOf(const void* begin, const void* end) {
  char* const first = (char*)((uintptr_t)begin & ~(kPage - 1));
  memset(first, 0,
         ((uintptr_t)end - (uintptr_t)first + kPage - 1) & ~(kPage - 1));
}

// Clears a segment with a single block, and returns the size of the part that
// needs no further clearing. mimalloc has written to the segment's beginning
// and to its last slice. The user may have written anywhere in the block; only
// its first page is cleared here. The next segment in this place will start
// with the same pages, and giving them back would cost more than clearing them.
static size_t ClearHugeSegment(mi_segment_t* segment) {
  char* const block =
      (char*)segment + segment->segment_info_slices * MI_SEGMENT_SLICE_SIZE;
  const mi_slice_t* const last = &segment->slices[segment->slice_entries - 1];
  ClearPagesOf(last, last + 2);
  ClearPagesOf(block, block + 1);
  ClearPagesOf(segment, &segment->slices[MI_MAX_SLICE_OFFSET + 3]);
  return block + kPage - (char*)segment;
}

// Replaces madvise(), by which mimalloc gives memory back. Its addresses stay
// accessible.
static int HeapAdvise(void* memory, size_t size, int advice) {
  const size_t block = ArenaBlock(memory, size);
  if (block == SIZE_MAX || advice != MADV_DONTNEED) {
    return madvise(memory, size, advice);
  }
  mi_segment_t* const segment = memory;
  const size_t cleared =
      segment->kind == MI_SEGMENT_HUGE && segment->slice_entries > 0
          ? ClearHugeSegment(segment)
          : 0;
  const int result = madvise((char*)memory + cleared, size - cleared, advice);
  if (result != 0) {
    // Locked memory cannot be given back.
    atomic_store(&segments_may_be_dirty, true);
  } else {
    SegmentsAreEmpty(block, size);
  }
  return result;
}

// Arena blocks that are accessible, and need no further call to make them so.
#define kMaxArenaBlocks 2048
static _Atomic(bool) accessible[kMaxArenaBlocks];

static int HeapProtect(void* memory, size_t size, int protection) {
  const size_t first = ArenaBlock(memory, size);
  if (first == SIZE_MAX) return mprotect(memory, size, protection);
  const size_t end = first + size / MI_ARENA_BLOCK_SIZE;
  size_t block = first;
  while (block < end && atomic_load(&accessible[block])) ++block;
  if (block == end) return 0;
  const int result = mprotect(memory, size, protection);
  for (block = first; result == 0 && block < end; ++block) {
    atomic_store(&accessible[block], true);
  }
  return result;
}

static bool SystemCommit(void* memory, size_t size) {
  return mprotect(memory, size, PROT_READ | PROT_WRITE) == 0;
}

static bool SystemClear(void* memory, size_t size) {
  return madvise(memory, size, MADV_DONTNEED) == 0;
}

static bool SystemIsAccessible(const void* memory) {
  (void)memory;
  return true;
}

static bool SystemMapsAlone(size_t size) {
  (void)size;
  return false;
}

static void* SystemMapWithoutHost(size_t size) {
  // Memory of three times the size contains an aligned piece.
  void* const memory =
      mmap(NULL, size + 2 * RELIB_HEAP_ALIGNMENT, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  return (void*)(((uintptr_t)memory + RELIB_HEAP_ALIGNMENT - 1) &
                 ~(RELIB_HEAP_ALIGNMENT - 1));
}

static bool SystemUnmapWithoutHost(void* memory, size_t size) {
  return munmap(memory, size) == 0;
}

static bool SystemStart(void) {
  // Makes each segment accessible as a whole. That takes a single call, and no
  // memory.
  mi_option_set(mi_option_eager_commit_delay, 0);
  return pthread_key_create(&_mi_heap_default_key, RelibHeapThreadEnds) == 0;
}

static void SystemRangeReserved(void* memory, size_t size) {
  // Transparent huge pages would allocate 2 MiB for the first byte that is
  // touched, in a module that may never need more than a few pages.
  madvise(memory, size, MADV_NOHUGEPAGE);
}

// Memory for many small blocks uses huge pages, if the system offers them on
// request: they are allocated and given back many times faster. The beginning
// of a segment does not, because each thread has a segment and may never use
// more of it.
#define kHugePage ((size_t)2 << 20)
#define kHugePagesOfSegment (MI_SEGMENT_SIZE / kHugePage)
#define kPlainPagesOfSegment 2
_Static_assert(MI_SEGMENT_SIZE == MI_ARENA_BLOCK_SIZE, "one bit each");
// A bit for each part of an arena block for which huge pages were requested.
static _Atomic(uint16_t) huge[kMaxArenaBlocks];
_Static_assert(kHugePagesOfSegment <= 16, "bits of an element");

static void SystemArenaUsed(void* memory, size_t size, bool dense) {
  const int kept = errno;
  const uintptr_t arena_begin = range.begin + kOwnDataSize;
  const size_t offset = (uintptr_t)memory - arena_begin;
  // Leave out huge pages that a single block shares with other blocks.
  const size_t first = (dense ? offset : offset + kHugePage - 1) / kHugePage;
  const size_t end =
      (dense ? offset + size + kHugePage - 1 : offset + size) / kHugePage;
  for (size_t i = first; i < end; ++i) {
    const size_t block = i / kHugePagesOfSegment;
    const size_t part = i % kHugePagesOfSegment;
    if (block >= kMaxArenaBlocks) break;
    if (dense && part < kPlainPagesOfSegment) continue;
    const uint16_t bit = (uint16_t)(1 << part);
    if (((atomic_load_explicit(&huge[block], memory_order_relaxed) & bit) !=
         0) == dense) {
      continue;
    }
    // Fails if the kernel has no huge pages.
    madvise((void*)(arena_begin + i * kHugePage), kHugePage,
            dense ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    atomic_fetch_xor_explicit(&huge[block], bit, memory_order_relaxed);
  }
  errno = kept;
}

static int64_t SystemMilliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif  // RELIB_PLATFORM_ASAN || RELIB_PLATFORM_TSAN

// --- The hooks. ---

#include "platform/heap/agent/hooks.h"

#define CALLER __builtin_return_address(0)

void* __wrap_malloc(size_t size) { return Allocate(size, CALLER); }

void __wrap_free(void* block) { Deallocate(block, CALLER); }
void __wrap_cfree(void* block) { Deallocate(block, CALLER); }

void* __wrap_calloc(size_t count, size_t size) {
  return AllocateZeroed(count, size, CALLER);
}

void* __wrap_realloc(void* block, size_t size) {
  return Reallocate(block, size, CALLER);
}

void* __wrap_reallocarray(void* block, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return Reallocate(block, total, CALLER);
}

static void* Aligned(size_t alignment, size_t size, const void* caller) {
  // glibc rounds up to the next power of two.
  if ((alignment & (alignment - 1)) != 0) {
    if (alignment > SIZE_MAX / 2) {
      errno = EINVAL;
      return NULL;
    }
    alignment = (size_t)1 << (64 - __builtin_clzl(alignment));
  }
  return AllocateAligned(size, alignment, 0, caller);
}

void* __wrap_memalign(size_t alignment, size_t size) {
  return Aligned(alignment, size, CALLER);
}

void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return Aligned(alignment, size, CALLER);
}

int __wrap_posix_memalign(void** result, size_t alignment, size_t size) {
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) {
    return EINVAL;
  }
  const int kept = errno;
  void* const block = Aligned(alignment, size, CALLER);
  errno = kept;
  if (block == NULL) return ENOMEM;
  *result = block;
  return 0;
}

void* __wrap_valloc(size_t size) {
  return Aligned((size_t)sysconf(_SC_PAGESIZE), size, CALLER);
}

void* __wrap_pvalloc(size_t size) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (size > SIZE_MAX - page) {
    errno = ENOMEM;
    return NULL;
  }
  return Aligned(page, (size + page - 1) & ~(page - 1), CALLER);
}

size_t __wrap_malloc_usable_size(void* block) { return SizeOf(block); }

// Other names of these functions in glibc.
#define ALIAS(name, function) \
  __typeof__(function) name __attribute__((alias(#function)))
ALIAS(__wrap___libc_malloc, __wrap_malloc);
ALIAS(__wrap___libc_free, __wrap_free);
ALIAS(__wrap___libc_calloc, __wrap_calloc);
ALIAS(__wrap___libc_realloc, __wrap_realloc);
ALIAS(__wrap___libc_reallocarray, __wrap_reallocarray);
ALIAS(__wrap___libc_memalign, __wrap_memalign);
ALIAS(__wrap___libc_valloc, __wrap_valloc);
ALIAS(__wrap___libc_pvalloc, __wrap_pvalloc);
