// The choice of a module's heap, and the slow paths of the allocation
// functions.

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "platform/heap/agent/agent_heap.h"
#include "platform/heap/agent/bind_heap.h"
#include "platform/heap/agent/block_header.h"
#include "platform/heap/agent/system_heap.h"

namespace relib::platform {
namespace {

enum class Heap {
  // Also used before the host has bound the module.
  kSystem,
  // The module's own heap, not started yet: mimalloc starts with the first
  // block.
  kModuleLater,
  kModuleStarts,
  kModule,
  kUser,
};

// In .data, whose page the loader has touched; a page of .bss would be
// allocated for this variable.
[[gnu::section(".data")]] constinit RelibHeapBinding* host = nullptr;
[[gnu::section(".data")]] constinit std::atomic<Heap> heap = Heap::kSystem;

bool IsChecked() {
  return host != nullptr && host->checked && RelibHooksAreOn();
}

// A block for the emergency pool of the C++ runtime: 72 KB, often the only
// block that a module ever allocates. As a static object, it costs no memory
// until it is touched.
class PoolBlock {
 public:
  void* Take(size_t size) {
    if (size <= kMinSize || size > sizeof(bytes_)) return nullptr;
    size_t unused = 0;
    return size_.compare_exchange_strong(unused, size) ? bytes_ : nullptr;
  }
  bool Is(const void* block) const { return block == bytes_; }
  // Never reused: one pool is all that a module needs.
  void Free() { is_freed_.store(true); }
  size_t size() const { return size_.load(); }
  bool is_used() const { return size_.load() != 0 && !is_freed_.load(); }

 private:
  // Other large blocks may use the space as well.
  static constexpr size_t kMinSize = size_t{64} << 10;

  std::atomic<size_t> size_ = 0;
  std::atomic<bool> is_freed_ = false;
  alignas(max_align_t) char bytes_[size_t{80} << 10] = {};
};
constinit PoolBlock pool_block;

void* AllocateFromUser(size_t size, size_t alignment, size_t offset) {
  const BlockHeader::Layout layout(size, alignment, offset);
  if (!layout.is_possible()) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = host->user_allocate(
      host->user_context, layout.memory_size(), layout.memory_alignment());
  if (memory == nullptr) {
    errno = ENOMEM;
    return nullptr;
  }
  return BlockHeader::Write(memory, layout);
}

void FreeToUser(void* block) {
  host->user_free(host->user_context, BlockHeader::Erase(block));
}

void StartModuleHeap() {
  Heap expected = Heap::kModuleLater;
  if (heap.compare_exchange_strong(expected, Heap::kModuleStarts)) {
    const bool started = RelibHeapStart(host);
    if (started && !host->checked) RelibHeapOpenFastPath();
    heap.store(started ? Heap::kModule : Heap::kSystem);
    return;
  }
  while (heap.load() == Heap::kModuleStarts) SystemYield();
}

void* Allocate(size_t size, size_t alignment, size_t offset, bool zero) {
  while (true) {
    switch (heap.load()) {
      case Heap::kSystem: {
        void* const block = SystemHeapAllocate(size, alignment, offset, zero);
        if (host == nullptr) EarlyBlocks::Add(block);
        return block;
      }
      case Heap::kModuleLater:
        if (alignment == 0 && !zero && !host->checked) {
          if (void* const block = pool_block.Take(size)) return block;
        }
        [[fallthrough]];
      case Heap::kModuleStarts:
        StartModuleHeap();
        continue;
      case Heap::kModule:
        return RelibHeapAllocate(size, alignment, offset, zero);
      case Heap::kUser:
        void* const block = AllocateFromUser(size, alignment, offset);
        if (block != nullptr && zero) memset(block, 0, size);
        return block;
    }
  }
}

bool IsUserBlock(void* block) {
  return heap.load() == Heap::kUser && BlockHeader::IsBefore(block);
}

void Free(void* block) {
  if (pool_block.Is(block)) {
    pool_block.Free();
  } else if (RelibHeapOwns(block)) {
    RelibHeapFree(block);
  } else if (IsUserBlock(block)) {
    FreeToUser(block);
  } else {
    EarlyBlocks::Forget(block);
    SystemHeapFree(block);
  }
}

RelibHeapUse Leave() {
  RelibHeapUse use = {};
  if (heap.load() == Heap::kModule) use = RelibHeapCount();
  if (pool_block.is_used()) {
    ++use.blocks;
    use.bytes += pool_block.size();
  }
  EarlyBlocks::FreeAll(use);
  return use;
}

}  // namespace

void BindHeap(RelibHeapBinding* binding) {
  host = binding;
  host->leave = Leave;
  switch (binding->kind) {
    case kRelibHeapOfModule:
      heap.store(Heap::kModuleLater);
      break;
    case kRelibHeapOfSystem:
      // The host does not tell them apart from other blocks.
      EarlyBlocks::ForgetAll();
      break;
    case kRelibHeapOfUser:
      heap.store(Heap::kUser);
      break;
  }
}

extern "C" {

void* RelibSlowAllocate(size_t size, size_t alignment, size_t offset, bool zero,
                        const void* caller) {
  void* const block = Allocate(size, alignment, offset, zero);
  if (block != nullptr && IsChecked()) {
    host->block_allocated(host->resources, block, size, caller);
  }
  return block;
}

void* RelibSlowReallocate(void* block, size_t size, const void* caller) {
  if (block == nullptr) return RelibSlowAllocate(size, 0, 0, false, caller);
  if (size == 0) {
    RelibSlowFree(block, caller);
    return nullptr;
  }
  const bool early = EarlyBlocks::Has(block);
  if (!IsChecked() && !pool_block.Is(block) && !IsUserBlock(block) && !early) {
    // Each block stays in its own heap.
    return RelibHeapOwns(block) ? RelibHeapReallocate(block, size)
                                : SystemHeapReallocate(block, size);
  }
  if (IsChecked() && !early &&
      !host->block_resized(host->resources, block, caller)) {
    return nullptr;
  }
  void* const larger = RelibSlowAllocate(size, 0, 0, false, caller);
  if (larger == nullptr) return nullptr;
  memcpy(larger, block, std::min(size, RelibSlowSize(block)));
  RelibSlowFree(block, caller);
  return larger;
}

void RelibSlowFree(void* block, const void* caller) {
  if (IsChecked() && !EarlyBlocks::Has(block) &&
      !host->block_freed(host->resources, block, caller)) {
    return;
  }
  // free() preserves errno, as in glibc.
  const int kept = errno;
  Free(block);
  errno = kept;
}

size_t RelibSlowSize(const void* block) {
  void* const writable = const_cast<void*>(block);
  if (pool_block.Is(block)) return pool_block.size();
  if (RelibHeapOwns(block)) return RelibHeapSize(block);
  if (IsUserBlock(writable)) return BlockHeader::SizeOf(writable);
  return SystemHeapSize(writable);
}

}  // extern "C"

}  // namespace relib::platform
