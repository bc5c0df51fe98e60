// A module's own heap: mimalloc, and the hooks of the allocation functions.
//
// All memory comes from one range of addresses that the host reserves, and goes
// with it. Whether a block is the module's is a subtraction and a comparison.

#define _GNU_SOURCE
#include "platform/linux/agent_heap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// What the hooks read; both zero while there is no fast path.
static struct {
  // Blocks in [begin, begin + size) are mimalloc's.
  uintptr_t begin;
  size_t size;
  bool open;
} fast;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if SANITIZED

// A sanitizer must see every block: the C library's heap, which is its own, is
// the module's as well.
bool RelibHeapStart(const RelibHeapBinding* host) {
  (void)host;
  return false;
}
void RelibHeapOpenFastPath(void) {}
void* RelibHeapAllocate(size_t size, size_t alignment, bool zero) {
  (void)size, (void)alignment, (void)zero;
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

// Never called: the fast path is closed.
static inline void Free(void* block) { (void)block; }
static inline void* mi_malloc(size_t size) { return (void)size, NULL; }
static inline void* mi_zalloc(size_t size) { return (void)size, NULL; }
static inline void* mi_realloc(void* block, size_t size) {
  return (void)block, (void)size, NULL;
}

#else  // SANITIZED

// --- What mimalloc asks of the system goes here; errno as there. ---

static const RelibHeapBinding* host;

// The range: its first part holds what mimalloc allocates for itself, the rest
// is its arena.
static struct {
  uintptr_t begin;
  size_t size;
} range;

// Memory from before the range was full, or for lack of one.
#define kMostExtras 1024
static struct {
  _Atomic(uintptr_t) begin;
  _Atomic(uintptr_t) end;
} extras[kMostExtras];
// Those behind it have never been used.
static _Atomic(size_t) extras_end;

static bool InRange(const void* address) {
  return (uintptr_t)address - range.begin < range.size;
}

static void* MapExtra(size_t size) {
  void* const memory =
      RelibHooksAreOn()
          ? host->map(host->estate, size)
          // In a forked child all goes with the process. Three times the size
          // holds a part that is aligned.
          : mmap(NULL, size + 2 * RELIB_HEAP_ALIGNMENT, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == NULL || memory == MAP_FAILED) return MAP_FAILED;
  uintptr_t begin = (uintptr_t)memory;
  if (!RelibHooksAreOn()) {
    begin = (begin + RELIB_HEAP_ALIGNMENT - 1) & ~(RELIB_HEAP_ALIGNMENT - 1);
  }
  for (size_t i = 0; i < kMostExtras; ++i) {
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
  if (RelibHooksAreOn()) host->unmap(host->estate, memory, size);
  return MAP_FAILED;
}

// The own data of mimalloc: that of a thread, which is taken and given back
// with it, and a little that stays. Pages at the beginning of the range.
#define kOwnDataSize RELIB_HEAP_ALIGNMENT
#define kPage ((size_t)4096)
static _Atomic(size_t) own_data_end;
static _Atomic(size_t) own_data_writable;
// Freed pieces of the one size that is ever freed: the number of a page, zero
// for none, and above it a count of changes, so that a piece that was taken
// and given back meanwhile isn't mistaken.
static _Atomic(uint64_t) own_data_free;
static _Atomic(size_t) own_data_free_size;

static void* MapOwnData(size_t size) {
  size = (size + kPage - 1) & ~(kPage - 1);
  uint64_t head = atomic_load(&own_data_free);
  while (size == atomic_load(&own_data_free_size) && (uint32_t)head != 0) {
    uint64_t* const piece =
        (uint64_t*)(range.begin + ((uint32_t)head - 1) * kPage);
    // May be in use by now; then the exchange fails.
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
    if (mprotect((void*)(range.begin), wanted, PROT_READ | PROT_WRITE) != 0) {
      return MAP_FAILED;
    }
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

static void* HeapMap(void* hint, size_t size, int protection, int flags,
                     int descriptor, off_t offset) {
  (void)hint, (void)protection, (void)flags, (void)descriptor, (void)offset;
  return range.size != 0 && size <= 16 * kPage ? MapOwnData(size)
                                               : MapExtra(size);
}

static int HeapUnmap(void* memory, size_t size) {
  if (InRange(memory)) {
    UnmapOwnData(memory, size);
    return 0;
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
    if (!RelibHooksAreOn()) return munmap(memory, size);
    return host->unmap(host->estate, memory, size) ? 0 : -1;
  }
  errno = EINVAL;
  return -1;
}

static int HeapAdvise(void* memory, size_t size, int advice);
static int HeapProtect(void* memory, size_t size, int protection);

// mimalloc opens a file to learn how the kernel overcommits, for a flag of
// mmap(), and another one where there is no getrandom().
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
// It would go through the heap when the process exits.
#define atexit(function) ((void)(function))
// RelibHeapStart() does what is needed of mimalloc's static constructor.
#define constructor unused
#define MI_NO_GETENV 1

// As src/static.c, but for stats.c, which nobody reads, and the POSIX names.
#include "mimalloc.h"
// Each of these uses those before it.
#include "mimalloc-internal.h"

void _mi_stat_increase(mi_stat_count_t* count, size_t amount) {
  (void)count, (void)amount;
}
void _mi_stat_decrease(mi_stat_count_t* count, size_t amount) {
  (void)count, (void)amount;
}
void _mi_stat_counter_increase(mi_stat_counter_t* count, size_t amount) {
  (void)count, (void)amount;
}
void _mi_stats_done(mi_stats_t* stats) { (void)stats; }
void mi_stats_reset(void) {}
void mi_stats_print(void* out) { (void)out; }

mi_msecs_t _mi_clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (mi_msecs_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
mi_msecs_t _mi_clock_start(void) { return _mi_clock_now(); }
mi_msecs_t _mi_clock_end(mi_msecs_t start) { return _mi_clock_now() - start; }

#include "src/random.c"
//
#include "src/os.c"
//
#include "src/bitmap.c"
// The one function that calculates with floating-point numbers: see
// HEAP_COPTS in BUILD.bazel.
#define mi_reserve_huge_os_pages \
  __attribute__((target("sse2"))) mi_reserve_huge_os_pages
#include "src/arena.c"
#undef mi_reserve_huge_os_pages
//
#include "src/segment-cache.c"
//
#include "src/segment.c"
//
#include "src/page.c"
//
#include "src/heap.c"
//
#include "src/alloc.c"
//
#include "src/alloc-aligned.c"
//
#include "src/init.c"
//
#include "src/options.c"

#undef mmap
#undef munmap
#undef madvise
#undef mprotect
#undef open
#undef atexit
#undef constructor

_Static_assert(MI_SEGMENT_SIZE == RELIB_HEAP_ALIGNMENT, "heap_binding.h");

static mi_arena_t* arena;

// The number of the first block of the arena in a piece of memory that consists
// of whole ones; else SIZE_MAX.
static size_t ArenaBlock(const void* memory, size_t size) {
  const size_t offset = (uintptr_t)memory - (range.begin + kOwnDataSize);
  return offset < range.size - kOwnDataSize &&
                 (offset | size) % MI_ARENA_BLOCK_SIZE == 0
             ? offset / MI_ARENA_BLOCK_SIZE
             : SIZE_MAX;
}

// Set when what should be empty may not be: locked memory stays.
static _Atomic(bool) advice_failed;

static void ClearPagesOf(const void* begin, const void* end) {
  char* const first = (char*)((uintptr_t)begin & ~(kPage - 1));
  memset(first, 0, ((uintptr_t)end - (uintptr_t)first + kPage - 1) &
                       ~(kPage - 1));
}

// Clears a segment with a single block: mimalloc has written to its beginning
// and to its last slice; the user wherever he liked, of which the first page is
// cleared here. The next segment here will begin with the same pages, each of
// which costs more to give back and to take again than all of this. Returns the
// size of what is left to do nothing about.
static size_t ClearHugeSegment(mi_segment_t* segment) {
  char* const block =
      (char*)segment + segment->segment_info_slices * MI_SEGMENT_SLICE_SIZE;
  const mi_slice_t* const last = &segment->slices[segment->slice_entries - 1];
  ClearPagesOf(last, last + 2);
  ClearPagesOf(block, block + 1);
  ClearPagesOf(segment, &segment->slices[MI_MAX_SLICE_OFFSET + 3]);
  return block + kPage - (char*)segment;
}

// mimalloc gives memory back; its addresses stay accessible.
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
    atomic_store(&advice_failed, true);
  } else {
    // mimalloc would clear these blocks by hand before it uses them again.
    _mi_bitmap_unclaim_across(arena->blocks_dirty, arena->field_count,
                              size / MI_ARENA_BLOCK_SIZE,
                              mi_bitmap_index_create_from_bit(block));
  }
  return result;
}

// Which blocks of the arena are accessible, and so need no call for it.
#define kMostArenaBlocks 2048
static _Atomic(bool) accessible[kMostArenaBlocks];

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

static void SetErrno(int error, void* argument) {
  (void)argument;
  errno = error == EOVERFLOW ? ENOMEM : error;
}

bool RelibHeapStart(const RelibHeapBinding* binding) {
  host = binding;

  // Nothing is to be looked up in the environment.
  for (int i = 0; i < _mi_option_last; ++i) options[i].init = DEFAULTED;
  // Nor in /sys.
  mi_option_set(mi_option_use_numa_nodes, 1);
  // A segment is made accessible as a whole: one call, and no memory.
  mi_option_set(mi_option_eager_commit_delay, 0);
  mi_register_error(SetErrno, NULL);

  // No thread is the main one, whose heap mimalloc would keep when it ends.
  _mi_heap_main.thread_id = 1;
  _mi_heap_main.cookie = 1;
  _mi_process_is_initialized = true;
  os_preloading = false;
  if (pthread_key_create(&_mi_heap_default_key, RelibHeapThreadEnds) != 0) {
    return false;
  }

  size_t size = 0;
  void* const memory = host->reserve(host->estate, &size);
  if (memory == NULL) return true;
  range.begin = (uintptr_t)memory;
  range.size = size;
  // Transparent huge pages would make 2 MiB of the first byte that is touched,
  // in a module that may never need more than a few pages.
  madvise(memory, kOwnDataSize + MI_SEGMENT_SIZE, MADV_NOHUGEPAGE);
  if (mi_manage_os_memory((char*)memory + kOwnDataSize, size - kOwnDataSize,
                          /*is_committed=*/false, /*is_large=*/false,
                          /*is_zero=*/true, /*numa_node=*/-1)) {
    arena = mi_arenas[0];
  }
  return true;
}

void RelibHeapOpenFastPath(void) {
  fast.begin = range.begin;
  fast.size = range.size;
  fast.open = true;
}

// Beyond this, what calloc() returns is cleared by the kernel, when it is
// touched.
#define kLargeSize ((size_t)1 << 20)

static void Clear(char* block, size_t size) {
  // Has a segment of its own, whose memory is given back when it is freed.
  if (size > MI_SEGMENT_SIZE && !atomic_load(&advice_failed)) return;
  char* const first_page =
      (char*)(((uintptr_t)block + kPage - 1) & ~(kPage - 1));
  char* const last_page = (char*)((uintptr_t)(block + size) & ~(kPage - 1));
  if (first_page >= last_page ||
      madvise(first_page, last_page - first_page, MADV_DONTNEED) != 0) {
    memset(block, 0, size);
    return;
  }
  memset(block, 0, first_page - block);
  memset(last_page, 0, block + size - last_page);
}

void* RelibHeapAllocate(size_t size, size_t alignment, bool zero) {
  void* const block = alignment <= MI_MAX_ALIGN_SIZE
                          ? (zero && size < kLargeSize ? mi_zalloc(size)
                                                       : mi_malloc(size))
                          : mi_malloc_aligned(size, alignment);
  if (block == NULL) {
    errno = ENOMEM;
  } else if (zero && (size >= kLargeSize || alignment > MI_MAX_ALIGN_SIZE)) {
    Clear(block, size);
  }
  return block;
}

void* RelibHeapReallocate(void* block, size_t size) {
  return mi_realloc(block, size);
}

void RelibHeapFree(void* block) { mi_free(block); }

size_t RelibHeapSize(const void* block) { return mi_usable_size(block); }

bool RelibHeapOwns(const void* address) {
  if (InRange(address)) return true;
  const size_t count = atomic_load(&extras_end);
  for (size_t i = 0; i < count; ++i) {
    const uintptr_t begin = atomic_load(&extras[i].begin);
    if (begin != 0 && (uintptr_t)address >= begin &&
        (uintptr_t)address < atomic_load(&extras[i].end)) {
      return true;
    }
  }
  return false;
}

// --- Counting: one number for each page of mimalloc, not for each block. ---

static size_t CountList(const mi_page_t* page, const mi_block_t* block) {
  size_t count = 0;
  for (; block != NULL; block = mi_block_next(page, block)) ++count;
  return count;
}

static void CountPage(mi_page_t* page, RelibHeapUse* use) {
  // Those that another thread has freed are still counted as used.
  const size_t used = page->used - CountList(page, mi_page_thread_free(page));
  use->blocks += used;
  use->bytes += used * mi_page_block_size(page);
  mi_heap_t* const heap = mi_page_heap(page);
  if (heap == NULL) return;
  // So are these, of any page of the heap. Taken, so that they are counted
  // once.
  mi_block_t* block = mi_atomic_exchange_ptr_acq_rel(
      mi_block_t, &heap->thread_delayed_free, NULL);
  while (block != NULL) {
    --use->blocks;
    use->bytes -= mi_page_block_size(_mi_ptr_page(block));
    block = mi_block_nextx(heap, block, heap->keys);
  }
}

// Returns the size of the segment, zero if there is none.
static size_t CountSegment(mi_segment_t* segment, RelibHeapUse* use) {
  if (segment->used == 0) return 0;
  const mi_slice_t* end;
  mi_slice_t* slice = mi_slices_start_iterate(segment, &end);
  while (slice < end) {
    if (mi_slice_is_used(slice)) CountPage(mi_slice_to_page(slice), use);
    slice += slice->slice_count;
  }
  return mi_segment_size(segment);
}

// The arena's blocks that are in use: segments, some of them in mimalloc's
// cache and empty.
static void CountArena(RelibHeapUse* use) {
  for (size_t i = 0; i < arena->block_count;) {
    uint8_t* const begin = arena->start + i * MI_ARENA_BLOCK_SIZE;
    size_t count = 1;
    if (_mi_bitmap_is_claimed(arena->blocks_inuse, arena->field_count, 1,
                              mi_bitmap_index_create_from_bit(i))) {
      const size_t size = CountSegment((mi_segment_t*)begin, use);
      if (size != 0) count = _mi_divide_up(size, MI_ARENA_BLOCK_SIZE);
      use->end = begin + count * MI_ARENA_BLOCK_SIZE;
    }
    i += count;
  }
}

static void CountExtra(uintptr_t begin, uintptr_t end, RelibHeapUse* use) {
  // mimalloc's own data isn't aligned.
  if (begin == 0 || begin % MI_SEGMENT_SIZE != 0) return;
  while (begin + MI_SEGMENT_SLICE_SIZE <= end) {
    const size_t size = CountSegment((mi_segment_t*)begin, use);
    begin += size == 0 ? MI_SEGMENT_SIZE : _mi_align_up(size, MI_SEGMENT_SIZE);
  }
}

RelibHeapUse RelibHeapCount(void) {
  RelibHeapUse use = {
      .end = (void*)(range.begin + atomic_load(&own_data_writable))};
  if (arena != NULL) CountArena(&use);
  const size_t count = atomic_load(&extras_end);
  for (size_t i = 0; i < count; ++i) {
    CountExtra(atomic_load(&extras[i].begin), atomic_load(&extras[i].end),
               &use);
  }
  return use;
}

// As mi_free(), but for one thing: a page that has become empty is considered
// for being given back ("retired") when that happens first, not each time. A
// program that allocates and frees one block again and again saves two fifths.
static inline void Free(void* block) {
  mi_segment_t* const segment = _mi_ptr_segment(block);
  mi_page_t* const page = _mi_segment_page_of(segment, block);
  if (LIKELY(mi_atomic_load_relaxed(&segment->thread_id) == _mi_thread_id() &&
             page->flags.full_aligned == 0)) {
    mi_block_set_next(page, block, page->local_free);
    page->local_free = block;
    if (UNLIKELY(--page->used == 0 && page->retire_expire == 0)) {
      _mi_page_retire(page);
    }
    return;
  }
  mi_free(block);
}

void RelibHeapThreadEnds(void* value) { mi_pthread_done(value); }

#endif  // SANITIZED

// --- The hooks. ---

#define CALLER __builtin_return_address(0)

// Neither does a block of zero bytes need a place of its own.
void* __wrap_malloc(size_t size) {
  if (LIKELY(fast.open)) return mi_malloc(size);
  return RelibSlowAllocate(size, 0, false, CALLER);
}

void __wrap_free(void* block) {
  if (LIKELY((uintptr_t)block - fast.begin < fast.size)) {
    Free(block);
    return;
  }
  if (block != NULL) RelibSlowFree(block, CALLER);
}

void __wrap_cfree(void* block) { __wrap_free(block); }

static void* Calloc(size_t count, size_t size, const void* caller) {
  size_t total;
  if (UNLIKELY(__builtin_mul_overflow(count, size, &total))) {
    errno = ENOMEM;
    return NULL;
  }
  if (LIKELY(fast.open)) {
    return total < ((size_t)1 << 20) ? mi_zalloc(total)
                                     : RelibHeapAllocate(total, 0, true);
  }
  return RelibSlowAllocate(total, 0, true, caller);
}

void* __wrap_calloc(size_t count, size_t size) {
  return Calloc(count, size, CALLER);
}

static void* Realloc(void* block, size_t size, const void* caller) {
  if (LIKELY((uintptr_t)block - fast.begin < fast.size && size != 0)) {
    return mi_realloc(block, size);
  }
  return RelibSlowReallocate(block, size, caller);
}

void* __wrap_realloc(void* block, size_t size) {
  return Realloc(block, size, CALLER);
}

void* __wrap_reallocarray(void* block, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return Realloc(block, total, CALLER);
}

static void* Aligned(size_t alignment, size_t size, const void* caller) {
  // As glibc: the next power of two.
  if ((alignment & (alignment - 1)) != 0) {
    if (alignment > SIZE_MAX / 2) {
      errno = EINVAL;
      return NULL;
    }
    alignment = (size_t)1 << (64 - __builtin_clzl(alignment));
  }
  if (LIKELY(fast.open)) return RelibHeapAllocate(size, alignment, false);
  return RelibSlowAllocate(size, alignment, false, caller);
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

size_t __wrap_malloc_usable_size(void* block) {
  return block == NULL ? 0 : RelibSlowSize(block);
}
