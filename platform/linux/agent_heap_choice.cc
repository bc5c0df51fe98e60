// Which heap a module uses, and everything that mimalloc's fast path isn't for.

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "platform/linux/agent_binding.h"
#include "platform/linux/agent_heap.h"

extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_memalign(size_t alignment, size_t size);
void* __real_realloc(void* block, size_t size);
void __real_free(void* block);
size_t __real_malloc_usable_size(void* block);
}

namespace relib::platform {
namespace {

enum class Heap {
  // Also before the host has bound the module.
  kSystem,
  // mimalloc starts with the first block.
  kModuleLater,
  kModuleStarts,
  kModule,
  kUser,
};

// On a page that the loader has written to already: the zeroed ones are first
// touched with what lies there.
[[gnu::section(".data")]] constinit RelibHeapBinding* host = nullptr;
[[gnu::section(".data")]] constinit std::atomic<Heap> heap = Heap::kSystem;

bool IsChecked() {
  return host != nullptr && host->checked && RelibHooksAreOn();
}

// The C++ runtime allocates a pool of 72 KB for emergencies when it is
// constructed, which is often all that a module ever allocates. It finds it
// here, where untouched it costs nothing.
class PoolBlock {
 public:
  void* Take(size_t size) {
    if (size <= kSmallest || size > sizeof(bytes_)) return nullptr;
    size_t unused = 0;
    return size_.compare_exchange_strong(unused, size) ? bytes_ : nullptr;
  }
  bool Is(const void* block) const { return block == bytes_; }
  // It isn't taken again: nobody needs two of them.
  void Free() { is_freed_.store(true); }
  size_t size() const { return size_.load(); }
  bool is_used() const { return size_.load() != 0 && !is_freed_.load(); }

 private:
  // What else has such a size is as welcome.
  static constexpr size_t kSmallest = size_t{64} << 10;

  std::atomic<size_t> size_ = 0;
  std::atomic<bool> is_freed_ = false;
  alignas(max_align_t) char bytes_[size_t{80} << 10] = {};
};
constinit PoolBlock pool_block;

// A block of the user's allocator has this in front, which also tells it from
// one of the C library: what that has there is the size of the block.
struct UserHeader {
  static constexpr uint64_t kMark = 0x72656c6962206865;
  static constexpr uintptr_t kPage = 4096;

  static UserHeader* Of(void* block) {
    return static_cast<UserHeader*>(block) - 1;
  }
  // Sanitizers object to a look at what lies in front of a foreign block.
  [[gnu::no_sanitize_address, gnu::no_sanitize_thread]] static bool IsBefore(
      void* block) {
    const auto address = reinterpret_cast<uintptr_t>(block);
    if (address % alignof(UserHeader) != 0) return false;
    // glibc's blocks have a header as well. Those of a sanitizer may begin
    // where the memory does.
    if (address % kPage == 0) {
      uint64_t mark = 0;
      const iovec here = {.iov_base = &mark, .iov_len = sizeof(mark)};
      const iovec there = {.iov_base = &Of(block)->mark,
                           .iov_len = sizeof(mark)};
      if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 &&
          errno == EFAULT) {
        return false;
      }
    }
    return Of(block)->mark == (kMark ^ address);
  }

  uint64_t mark;
  // How far the block lies behind what the allocator returned: a power of two,
  // of which this is the exponent; and in the other bits its size.
  uint64_t offset_exponent : 8;
  uint64_t size : 56;
};

void* AllocateFromUser(size_t size, size_t alignment) {
  alignment = std::max(alignment, sizeof(UserHeader));
  if (size > (uint64_t{1} << 48) || alignment > (uint64_t{1} << 48)) {
    errno = ENOMEM;
    return nullptr;
  }
  auto* const memory = static_cast<char*>(
      host->user_allocate(host->user_context, size + alignment, alignment));
  if (memory == nullptr) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const block = memory + alignment;
  *UserHeader::Of(block) = {
      .mark = UserHeader::kMark ^ reinterpret_cast<uintptr_t>(block),
      .offset_exponent = static_cast<uint64_t>(std::countr_zero(alignment)),
      .size = size};
  return block;
}

void FreeToUser(void* block) {
  UserHeader* const header = UserHeader::Of(block);
  header->mark = 0;
  host->user_free(
      host->user_context,
      static_cast<char*>(block) - (uint64_t{1} << header->offset_exponent));
}

void StartModuleHeap() {
  Heap expected = Heap::kModuleLater;
  if (heap.compare_exchange_strong(expected, Heap::kModuleStarts)) {
    const bool started = RelibHeapStart(host);
    if (started && !host->checked) RelibHeapOpenFastPath();
    heap.store(started ? Heap::kModule : Heap::kSystem);
    return;
  }
  while (heap.load() == Heap::kModuleStarts) sched_yield();
}

void* AllocateFromSystem(size_t size, size_t alignment, bool zero) {
  if (alignment > alignof(max_align_t)) return __real_memalign(alignment, size);
  return zero ? __real_calloc(1, size) : __real_malloc(size);
}

void* Allocate(size_t size, size_t alignment, bool zero) {
  while (true) {
    switch (heap.load()) {
      case Heap::kSystem:
        return AllocateFromSystem(size, alignment, zero);
      case Heap::kModuleLater:
        if (alignment == 0 && !zero && !host->checked) {
          if (void* const block = pool_block.Take(size)) return block;
        }
        [[fallthrough]];
      case Heap::kModuleStarts:
        StartModuleHeap();
        continue;
      case Heap::kModule:
        return RelibHeapAllocate(size, alignment, zero);
      case Heap::kUser:
        void* const block = AllocateFromUser(size, alignment);
        if (block != nullptr && zero) memset(block, 0, size);
        return block;
    }
  }
}

bool IsUsers(void* block) {
  return heap.load() == Heap::kUser && UserHeader::IsBefore(block);
}

void Free(void* block) {
  if (pool_block.Is(block)) {
    pool_block.Free();
  } else if (RelibHeapOwns(block)) {
    RelibHeapFree(block);
  } else if (IsUsers(block)) {
    FreeToUser(block);
  } else {
    __real_free(block);
  }
}

RelibHeapUse Leave() {
  RelibHeapUse use = {};
  if (heap.load() == Heap::kModule) use = RelibHeapCount();
  if (pool_block.is_used()) {
    ++use.blocks;
    use.bytes += pool_block.size();
  }
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
      break;
    case kRelibHeapOfUser:
      heap.store(Heap::kUser);
      break;
  }
}

extern "C" {

void* RelibSlowAllocate(size_t size, size_t alignment, bool zero,
                        const void* caller) {
  void* const block = Allocate(size, alignment, zero);
  if (block != nullptr && IsChecked()) {
    host->block_allocated(host->estate, block, size, caller);
  }
  return block;
}

void* RelibSlowReallocate(void* block, size_t size, const void* caller) {
  if (block == nullptr) return RelibSlowAllocate(size, 0, false, caller);
  if (size == 0) {
    RelibSlowFree(block, caller);
    return nullptr;
  }
  if (!IsChecked() && !pool_block.Is(block) && !IsUsers(block)) {
    // Each stays where it is.
    return RelibHeapOwns(block) ? RelibHeapReallocate(block, size)
                                : __real_realloc(block, size);
  }
  if (IsChecked() && !host->block_resized(host->estate, block, caller)) {
    return nullptr;
  }
  void* const larger = RelibSlowAllocate(size, 0, false, caller);
  if (larger == nullptr) return nullptr;
  memcpy(larger, block, std::min(size, RelibSlowSize(block)));
  RelibSlowFree(block, caller);
  return larger;
}

void RelibSlowFree(void* block, const void* caller) {
  if (IsChecked() && !host->block_freed(host->estate, block, caller)) return;
  // As glibc does.
  const int kept = errno;
  Free(block);
  errno = kept;
}

size_t RelibSlowSize(const void* block) {
  void* const writable = const_cast<void*>(block);
  if (pool_block.Is(block)) return pool_block.size();
  if (RelibHeapOwns(block)) return RelibHeapSize(block);
  if (IsUsers(writable)) return UserHeader::Of(writable)->size;
  return __real_malloc_usable_size(writable);
}

}  // extern "C"

}  // namespace relib::platform
