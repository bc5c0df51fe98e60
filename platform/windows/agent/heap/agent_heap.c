// mimalloc and the allocation functions of the module. The functions are
// defined under their own names, which the linker prefers to those of the C
// library. Code that was compiled to import them uses the `__imp_` pointers
// defined here.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
// clang-format off: others need it.
#include <windows.h>
// clang-format on
#include <fibersapi.h>

#include "platform/heap/agent/agent_heap.h"
#include "platform/windows/agent/heap/agent_heap.h"
#include "platform/windows/agent/heap/heap_system.h"
#include "platform/windows/agent/heap/thread_index.h"

// GCC's thread-local variables allocate memory themselves. So mimalloc gets a
// TLS index for its heap. Its other thread-local variable, which guards its
// messages, becomes an ordinary one.
#define __thread
#define MI_TLS_SLOT 0
static RelibThreadIndex heap_index;
static inline void* mi_tls_slot(size_t slot) {
  (void)slot;
  return RelibThreadValue(heap_index);
}
static inline void mi_tls_slot_set(size_t slot, void* value) {
  (void)slot;
  RelibSetThreadValue(heap_index, value);
}
// RelibLeaveHeapOfThread() is called instead of a callback.
#define FlsAlloc(callback) ((void)(callback), 0)
#define FlsSetValue(index, value) ((void)0)
#define FlsFree(index) ((void)0)

static void* HeapVirtualAlloc(void* hint, size_t size, DWORD type,
                              DWORD protection);
static BOOL HeapVirtualFree(void* memory, size_t size, DWORD type);

#define VirtualAlloc HeapVirtualAlloc
#define VirtualFree HeapVirtualFree
// Used with MEM_RESET only, which isn't needed.
#define VirtualUnlock(memory, size) ((void)0)
// mimalloc looks for VirtualAlloc2() and for a source of random numbers, and
// would keep references on libraries. Its random numbers serve no security
// here.
#define LoadLibraryA(name) NULL
// No huge pages, so one library fewer is imported.
#define OpenProcessToken(...) FALSE
#define LookupPrivilegeValueA(...) FALSE
#define AdjustTokenPrivileges(...) FALSE
// mimalloc's weak definition would replace the C++ runtime's function.
#define _ZSt15get_new_handlerv RelibUnusedNewHandler

#include "platform/heap/agent/mimalloc_heap.h"

#undef VirtualAlloc
#undef VirtualFree

static void* HeapVirtualAlloc(void* hint, size_t size, DWORD type,
                              DWORD protection) {
  (void)protection;
  if ((type & MEM_RESERVE) != 0) return TakeMemory(size);
  if (type == MEM_COMMIT) {
    return host->system->commit(hint, size) ? hint : NULL;
  }
  return hint;
}

static size_t SizeOfExtra(const void* memory) {
  const size_t count = atomic_load(&extras_end);
  for (size_t i = 0; i < count; ++i) {
    const uintptr_t begin = atomic_load(&extras[i].begin);
    if (begin == (uintptr_t)memory) return atomic_load(&extras[i].end) - begin;
  }
  return 0;
}

static BOOL HeapVirtualFree(void* memory, size_t size, DWORD type) {
  if (type == MEM_RELEASE) {
    // The only data of its own that mimalloc frees is that of threads.
    return GiveMemoryBack(memory,
                          InRange(memory)
                              ? _mi_os_good_alloc_size(sizeof(mi_thread_data_t))
                              : SizeOfExtra(memory));
  }
  const size_t block = ArenaBlock(memory, size);
  const bool done = host->system->decommit(memory, size);
  if (block != SIZE_MAX) {
    if (done) {
      SegmentsAreEmpty(block, size);
    } else {
      atomic_store(&segments_may_be_dirty, true);
    }
  }
  return done;
}

static bool SystemCommit(void* memory, size_t size) {
  return host->system->commit(memory, size);
}

static bool SystemClear(void* memory, size_t size) {
  return host->system->decommit(memory, size) &&
         host->system->commit(memory, size);
}

static bool SystemIsAccessible(const void* memory) {
  MEMORY_BASIC_INFORMATION facts;
  return VirtualQuery(memory, &facts, sizeof(facts)) != 0 &&
         facts.State == MEM_COMMIT;
}

// A large block of its own costs one call instead of two, and has the size that
// is needed.
static bool SystemMapsAlone(size_t size) { return size > MI_SEGMENT_SIZE; }

// There is no fork().
static void* SystemMapWithoutHost(size_t size) {
  (void)size;
  return NULL;
}
static bool SystemUnmapWithoutHost(void* memory, size_t size) {
  (void)memory, (void)size;
  return false;
}

static bool has_heap_index = false;

static bool SystemStart(void) {
  const uint32_t index = host->system->take_thread_index();
  if (index == TLS_OUT_OF_INDEXES) return false;
  heap_index = RelibMakeThreadIndex(index);
  has_heap_index = true;
  return true;
}

static void SystemRangeReserved(void* memory, size_t size) {
  (void)memory, (void)size;
}

// Large pages need a privilege.
static void SystemArenaUsed(void* memory, size_t size, bool dense) {
  (void)memory, (void)size, (void)dense;
}

static int64_t SystemMilliseconds(void) { return (int64_t)GetTickCount64(); }

void RelibLeaveHeapOfThread(void) {
  if (!has_heap_index) return;
  void* const heap = RelibThreadValue(heap_index);
  if (heap == &_mi_heap_empty) return;
  RelibHeapThreadEnds(heap);
}

void RelibLeaveHeap(void) {
  if (!has_heap_index) return;
  has_heap_index = false;
  host->system->give_thread_index_back(heap_index.index);
}

// --- The functions. ---

#include "platform/heap/agent/hooks.h"

#define CALLER __builtin_return_address(0)

// Declares Hook_NAME, which the linker knows as NAME, and the pointer to it.
#define HOOK(result, name, ...)                                           \
  result Hook_##name(__VA_ARGS__) __asm__(#name);                         \
  void* const import_##name __asm__("__imp_" #name) = (void*)Hook_##name; \
  result Hook_##name(__VA_ARGS__)

HOOK(void*, malloc, size_t size) { return Allocate(size, CALLER); }

HOOK(void, free, void* block) { Deallocate(block, CALLER); }

HOOK(void*, calloc, size_t count, size_t size) {
  return AllocateZeroed(count, size, CALLER);
}

HOOK(void*, realloc, void* block, size_t size) {
  return Reallocate(block, size, CALLER);
}

HOOK(size_t, _msize, void* block) {
  if (block != NULL) return SizeOf(block);
  errno = EINVAL;
  return (size_t)-1;
}

// A block can grow in place only within its size class.
HOOK(void*, _expand, void* block, size_t size) {
  return block != NULL && size <= SizeOf(block) ? block : NULL;
}

static void ClearFrom(void* block, size_t old_size) {
  const size_t size = SizeOf(block);
  if (block != NULL && size > old_size) {
    memset((char*)block + old_size, 0, size - old_size);
  }
}

HOOK(void*, _recalloc, void* block, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  if (block == NULL) return AllocateZeroed(1, total, CALLER);
  const size_t old_size = SizeOf(block);
  void* const resized = Reallocate(block, total, CALLER);
  ClearFrom(resized, old_size);
  return resized;
}

static bool IsAlignment(size_t alignment) {
  if (alignment != 0 && (alignment & (alignment - 1)) == 0) return true;
  errno = EINVAL;
  return false;
}

static void* ReallocateAligned(void* block, size_t size, size_t alignment,
                               size_t offset, const void* caller) {
  if (!IsAlignment(alignment)) return NULL;
  if (block == NULL) return AllocateAligned(size, alignment, offset, caller);
  if (size == 0) {
    Deallocate(block, caller);
    return NULL;
  }
  void* const moved = AllocateAligned(size, alignment, offset, caller);
  if (moved == NULL) return NULL;
  const size_t old_size = SizeOf(block);
  memcpy(moved, block, old_size < size ? old_size : size);
  Deallocate(block, caller);
  return moved;
}

static void* ReallocateAlignedZeroed(void* block, size_t count, size_t size,
                                     size_t alignment, size_t offset,
                                     const void* caller) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  const size_t old_size = SizeOf(block);
  void* const resized =
      ReallocateAligned(block, total, alignment, offset, caller);
  if (resized != NULL) ClearFrom(resized, old_size < total ? old_size : total);
  return resized;
}

HOOK(void*, _aligned_malloc, size_t size, size_t alignment) {
  if (!IsAlignment(alignment)) return NULL;
  return AllocateAligned(size, alignment, 0, CALLER);
}

HOOK(void*, _aligned_offset_malloc, size_t size, size_t alignment,
     size_t offset) {
  if (!IsAlignment(alignment)) return NULL;
  return AllocateAligned(size, alignment, offset, CALLER);
}

HOOK(void*, _aligned_realloc, void* block, size_t size, size_t alignment) {
  return ReallocateAligned(block, size, alignment, 0, CALLER);
}

HOOK(void*, _aligned_offset_realloc, void* block, size_t size, size_t alignment,
     size_t offset) {
  return ReallocateAligned(block, size, alignment, offset, CALLER);
}

HOOK(void*, _aligned_recalloc, void* block, size_t count, size_t size,
     size_t alignment) {
  return ReallocateAlignedZeroed(block, count, size, alignment, 0, CALLER);
}

HOOK(void*, _aligned_offset_recalloc, void* block, size_t count, size_t size,
     size_t alignment, size_t offset) {
  return ReallocateAlignedZeroed(block, count, size, alignment, offset, CALLER);
}

HOOK(size_t, _aligned_msize, void* block, size_t alignment, size_t offset) {
  (void)alignment, (void)offset;
  return Hook__msize(block);
}

HOOK(void, _aligned_free, void* block) { Deallocate(block, CALLER); }
