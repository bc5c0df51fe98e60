#include <errno.h>
#include <string.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <new>

#include "platform/heap/agent/block_header.h"
#include "platform/heap/agent/system_heap.h"
#include "platform/windows/agent/heap/c_library.h"

namespace relib::platform {
namespace {

using internal::CLibraryFunction;

struct Functions {
  void* (*allocate)(size_t size) = CLibraryFunction<void*(size_t)>("malloc");
  void* (*allocate_zeroed)(size_t count, size_t size) =
      CLibraryFunction<void*(size_t, size_t)>("calloc");
  void* (*reallocate)(void* block, size_t size) =
      CLibraryFunction<void*(void*, size_t)>("realloc");
  void (*free)(void* block) = CLibraryFunction<void(void*)>("free");
  size_t (*size)(void* block) = CLibraryFunction<size_t(void*)>("_msize");
};

// A local static variable would need a lock of the C++ runtime, which allocates
// memory.
INIT_ONCE functions_once = INIT_ONCE_STATIC_INIT;
alignas(Functions) char functions[sizeof(Functions)];

const Functions& CLibrary() {
  InitOnceExecuteOnce(
      &functions_once,
      [](INIT_ONCE*, void*, void**) -> BOOL {
        new (functions) Functions;
        return TRUE;
      },
      nullptr, nullptr);
  return *reinterpret_cast<const Functions*>(functions);
}

// The C library's free() doesn't accept blocks of its aligned functions. So
// aligned blocks are cut from larger ones here, and are marked.
bool IsAligned(const void* block) { return BlockHeader::IsBefore(block); }

struct EarlyBlock {
  EarlyBlock* next;
  const void* block;
};
SRWLOCK early_lock = SRWLOCK_INIT;
EarlyBlock* early_blocks = nullptr;

// Calls `visit` for each early block until it returns true, and removes that
// block from the list.
template <typename Predicate>
bool TakeEarly(Predicate visit) {
  if (early_blocks == nullptr) return false;
  AcquireSRWLockExclusive(&early_lock);
  EarlyBlock* taken = nullptr;
  for (EarlyBlock** link = &early_blocks; *link != nullptr;
       link = &(*link)->next) {
    if (!visit((*link)->block)) continue;
    taken = *link;
    *link = taken->next;
    break;
  }
  ReleaseSRWLockExclusive(&early_lock);
  if (taken == nullptr) return false;
  HeapFree(GetProcessHeap(), 0, taken);
  return true;
}

}  // namespace

void* SystemHeapAllocate(size_t size, size_t alignment, size_t offset,
                         bool zero) {
  if (alignment <= alignof(max_align_t) && offset == 0) {
    return zero ? CLibrary().allocate_zeroed(1, size)
                : CLibrary().allocate(size);
  }
  // The memory's alignment is unknown, so it has room for the block wherever it
  // begins.
  const BlockHeader::Layout layout(size, alignment, offset);
  if (!layout.is_possible()) {
    errno = ENOMEM;
    return nullptr;
  }
  const size_t memory_size = layout.memory_size() + layout.memory_alignment();
  auto* const memory =
      static_cast<char*>(zero ? CLibrary().allocate_zeroed(1, memory_size)
                              : CLibrary().allocate(memory_size));
  if (memory == nullptr) return nullptr;
  const uintptr_t misfit =
      reinterpret_cast<uintptr_t>(memory) % layout.memory_alignment();
  return BlockHeader::Write(
      memory, layout, misfit == 0 ? 0 : layout.memory_alignment() - misfit);
}

void* SystemHeapReallocate(void* block, size_t size) {
  if (!IsAligned(block)) return CLibrary().reallocate(block, size);
  void* const moved = CLibrary().allocate(size);
  if (moved == nullptr) return nullptr;
  const size_t old_size = BlockHeader::SizeOf(block);
  memcpy(moved, block, old_size < size ? old_size : size);
  SystemHeapFree(block);
  return moved;
}

void SystemHeapFree(void* block) {
  CLibrary().free(IsAligned(block) ? BlockHeader::Erase(block) : block);
}

size_t SystemHeapSize(void* block) {
  return IsAligned(block) ? BlockHeader::SizeOf(block) : CLibrary().size(block);
}

bool SystemReadWord(const void* address, uint64_t* word) {
  SIZE_T read = 0;
  return ReadProcessMemory(GetCurrentProcess(), address, word, sizeof(*word),
                           &read) != 0 &&
         read == sizeof(*word);
}

void SystemYield() { SwitchToThread(); }

void EarlyBlocks::Add(void* block) {
  auto* const early = static_cast<EarlyBlock*>(
      HeapAlloc(GetProcessHeap(), 0, sizeof(EarlyBlock)));
  // Without the entry, a block that is leaked is never freed.
  if (block == nullptr || early == nullptr) return;
  AcquireSRWLockExclusive(&early_lock);
  *early = {.next = early_blocks, .block = block};
  early_blocks = early;
  ReleaseSRWLockExclusive(&early_lock);
}

bool EarlyBlocks::Has(const void* block) {
  if (early_blocks == nullptr) return false;
  AcquireSRWLockShared(&early_lock);
  const EarlyBlock* early = early_blocks;
  while (early != nullptr && early->block != block) early = early->next;
  ReleaseSRWLockShared(&early_lock);
  return early != nullptr;
}

void EarlyBlocks::Forget(const void* block) {
  TakeEarly([block](const void* early) { return early == block; });
}

void EarlyBlocks::ForgetAll() {
  while (TakeEarly([](const void*) { return true; })) {
  }
}

void EarlyBlocks::FreeAll(RelibHeapUse& use) {
  while (TakeEarly([&use](const void* early) {
    void* const block = const_cast<void*>(early);
    ++use.blocks;
    use.bytes += SystemHeapSize(block);
    SystemHeapFree(block);
    return true;
  })) {
  }
}

}  // namespace relib::platform
