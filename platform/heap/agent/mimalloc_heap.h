#ifndef PLATFORM_HEAP_AGENT_MIMALLOC_HEAP_H_
#define PLATFORM_HEAP_AGENT_MIMALLOC_HEAP_H_

// A module's own heap: mimalloc, compiled as a part of the single C source that
// includes this file, the backend's agent_heap.c. Before the inclusion, that
// source redirects mimalloc's system calls to TakeMemory() and its relatives;
// after it, it defines the System functions of mimalloc_memory.h.
//
// All memory comes from one range of addresses that the host reserves and
// unmaps. A subtraction and a comparison tell whether a block belongs to the
// module.

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "platform/heap/agent/agent_heap.h"
#include "platform/heap/agent/fast_path.h"
#include "platform/heap/agent/mimalloc_memory.h"

// mimalloc's handler would walk the heap when the process exits.
#define atexit(function) ((void)(function))
// RelibHeapStart() replaces mimalloc's static constructor.
#define constructor unused
#define MI_NO_GETENV 1

// The parts of src/static.c, without stats.c, whose output is unused, and
// without the POSIX names.
#include "mimalloc.h"
// Each of these files depends on those before it.
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

mi_msecs_t _mi_clock_now(void) { return SystemMilliseconds(); }
mi_msecs_t _mi_clock_start(void) { return _mi_clock_now(); }
mi_msecs_t _mi_clock_end(mi_msecs_t start) { return _mi_clock_now() - start; }

#include "src/random.c"
//
#include "src/os.c"
//
#include "src/bitmap.c"
// Redefined because it is the only function that uses floating-point
// arithmetic: see HEAP_COPTS in BUILD.bazel.
#define mi_reserve_huge_os_pages \
  __attribute__((target("sse2"))) mi_reserve_huge_os_pages
#include "src/arena.c"
#undef mi_reserve_huge_os_pages
//
#include "src/segment-cache.c"
//
static void* AllocateSegment(size_t size, size_t alignment, size_t offset,
                             bool* commit, bool* large, bool* is_pinned,
                             bool* is_zero, mi_arena_id_t arena_id, size_t* id,
                             mi_os_tld_t* tld) {
  if (SystemMapsAlone(size)) {
    void* const memory = _mi_os_alloc_aligned_offset(
        size, alignment, offset, *commit, large, tld->stats);
    *is_pinned = false;
    *is_zero = true;
    *id = MI_MEMID_OS;
    if (memory != NULL) return memory;
  }
  return _mi_arena_alloc_aligned(size, alignment, offset, commit, large,
                                 is_pinned, is_zero, arena_id, id, tld);
}
#define _mi_arena_alloc_aligned AllocateSegment
#include "src/segment.c"
#undef _mi_arena_alloc_aligned
//
static mi_page_t* AllocatePage(mi_heap_t* heap, size_t block_size,
                               size_t alignment, mi_segments_tld_t* segments,
                               mi_os_tld_t* os) {
  mi_page_t* const page =
      _mi_segment_page_alloc(heap, block_size, alignment, segments, os);
  if (page == NULL) return page;
  size_t size = 0;
  void* const memory = _mi_page_start(_mi_page_segment(page), page, &size);
  if (InRange(memory)) {
    SystemArenaUsed(memory, size, block_size <= MI_MEDIUM_OBJ_SIZE_MAX);
  }
  return page;
}
#define _mi_segment_page_alloc AllocatePage
#include "src/page.c"
#undef _mi_segment_page_alloc
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

#undef atexit
#undef constructor

static mi_arena_t* arena;

// Returns the number of the first arena block in a piece of memory that
// consists of whole arena blocks, or SIZE_MAX for other memory.
static size_t ArenaBlock(const void* memory, size_t size) {
  const size_t offset = (uintptr_t)memory - (range.begin + kOwnDataSize);
  return offset < range.size - kOwnDataSize &&
                 (offset | size) % MI_ARENA_BLOCK_SIZE == 0
             ? offset / MI_ARENA_BLOCK_SIZE
             : SIZE_MAX;
}

// Tells mimalloc that whole segments are zero because their memory was given
// back. It would otherwise clear them by hand before their next use.
static void SegmentsAreEmpty(size_t first_block, size_t size) {
  _mi_bitmap_unclaim_across(arena->blocks_dirty, arena->field_count,
                            size / MI_ARENA_BLOCK_SIZE,
                            mi_bitmap_index_create_from_bit(first_block));
}

// Set once a segment that is marked as zero may not be.
static _Atomic(bool) segments_may_be_dirty;

static void SetErrno(int error, void* argument) {
  (void)argument;
  errno = error == EOVERFLOW ? ENOMEM : error;
}

bool RelibHeapStart(const RelibHeapBinding* binding) {
  host = binding;

  // Do not look up options in the environment.
  for (int i = 0; i < _mi_option_last; ++i) options[i].init = DEFAULTED;
  // Do not read /sys.
  mi_option_set(mi_option_use_numa_nodes, 1);
  mi_register_error(SetErrno, NULL);

  // Keep no heap for a main thread: mimalloc would not free it at the end of
  // that thread.
  _mi_heap_main.thread_id = 1;
  _mi_heap_main.cookie = 1;
  _mi_process_is_initialized = true;
  os_preloading = false;
  if (!SystemStart()) return false;

  size_t size = 0;
  void* const memory = host->reserve(host->resources, &size);
  if (memory == NULL) return true;
  range.begin = (uintptr_t)memory;
  range.size = size;
  SystemRangeReserved(memory, kOwnDataSize + MI_SEGMENT_SIZE);
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
  fast.is_open = true;
}

// calloc() lets the kernel clear blocks of at least this size, when they are
// touched.
#define kLargeSize ((size_t)1 << 20)

static void Clear(char* block, size_t size) {
  // Such a block has its own segment, whose memory is given back when it is
  // freed.
  if (size > MI_SEGMENT_SIZE && !atomic_load(&segments_may_be_dirty)) return;
  char* const first_page =
      (char*)(((uintptr_t)block + kPage - 1) & ~(kPage - 1));
  char* const last_page = (char*)((uintptr_t)(block + size) & ~(kPage - 1));
  if (size < kLargeSize || first_page >= last_page ||
      !SystemClear(first_page, last_page - first_page)) {
    memset(block, 0, size);
    return;
  }
  memset(block, 0, first_page - block);
  memset(last_page, 0, block + size - last_page);
}

void* RelibHeapAllocate(size_t size, size_t alignment, size_t offset,
                        bool zero) {
  const bool plain = alignment <= MI_MAX_ALIGN_SIZE && offset == 0;
  void* const block =
      plain ? (zero && size < kLargeSize ? mi_zalloc(size) : mi_malloc(size))
            : mi_malloc_aligned_at(size, alignment, offset);
  if (block == NULL) {
    errno = ENOMEM;
  } else if (zero && (size >= kLargeSize || !plain)) {
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

// --- Counting: by mimalloc's pages, not by blocks. ---

static size_t CountList(const mi_page_t* page, const mi_block_t* block) {
  size_t count = 0;
  for (; block != NULL; block = mi_block_next(page, block)) ++count;
  return count;
}

static void CountPage(mi_page_t* page, RelibHeapUse* use) {
  // Blocks that another thread has freed still count as used.
  const size_t used = page->used - CountList(page, mi_page_thread_free(page));
  use->blocks += used;
  use->bytes += used * mi_page_block_size(page);
  mi_heap_t* const heap = mi_page_heap(page);
  if (heap == NULL) return;
  // So do these, which may be in any page of the heap. Taken off the list, so
  // that they are counted once.
  mi_block_t* block = mi_atomic_exchange_ptr_acq_rel(
      mi_block_t, &heap->thread_delayed_free, NULL);
  while (block != NULL) {
    --use->blocks;
    use->bytes -= mi_page_block_size(_mi_ptr_page(block));
    block = mi_block_nextx(heap, block, heap->keys);
  }
}

// Returns the size of the segment, or zero if there is none.
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

// Counts the blocks in the arena's segments that are in use. Some of them may
// be empty and in mimalloc's cache.
static void CountArena(RelibHeapUse* use) {
  for (size_t i = 0; i < arena->block_count;) {
    uint8_t* const begin = arena->start + i * MI_ARENA_BLOCK_SIZE;
    size_t count = 1;
    if (_mi_bitmap_is_claimed(arena->blocks_inuse, arena->field_count, 1,
                              mi_bitmap_index_create_from_bit(i)) &&
        SystemIsAccessible(begin)) {
      const size_t size = CountSegment((mi_segment_t*)begin, use);
      if (size != 0) count = _mi_divide_up(size, MI_ARENA_BLOCK_SIZE);
      use->end = begin + count * MI_ARENA_BLOCK_SIZE;
    }
    i += count;
  }
}

static void CountExtra(uintptr_t begin, uintptr_t end, RelibHeapUse* use) {
  // mimalloc's own data is not aligned.
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

// Frees a block as mi_free() does, with one difference: an empty page is
// considered for being given back ("retired") only when it first becomes empty,
// not each time. That saves two fifths in a program that allocates and frees
// one block repeatedly. Preserves errno as free() does: memory that is locked
// can't be given back.
static inline void Free(void* block) {
  mi_segment_t* const segment = _mi_ptr_segment(block);
  mi_page_t* const page = _mi_segment_page_of(segment, block);
  if (LIKELY(mi_atomic_load_relaxed(&segment->thread_id) == _mi_thread_id() &&
             page->flags.full_aligned == 0)) {
    mi_block_set_next(page, block, page->local_free);
    page->local_free = block;
    if (UNLIKELY(--page->used == 0 && page->retire_expire == 0)) {
      const int kept = errno;
      _mi_page_retire(page);
      errno = kept;
    }
    return;
  }
  const int kept = errno;
  mi_free(block);
  errno = kept;
}

void RelibHeapThreadEnds(void* value) {
  if (value != NULL) _mi_thread_done((mi_heap_t*)value);
}

#endif  // PLATFORM_HEAP_AGENT_MIMALLOC_HEAP_H_
