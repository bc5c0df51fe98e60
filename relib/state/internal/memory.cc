#include "relib/state/internal/memory.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>

#include "absl/base/no_destructor.h"
#include "absl/log/log.h"
#include "relib/state/memory.h"

namespace relib {
namespace internal {
namespace {

class CountingMemory final : public std::pmr::memory_resource {
 public:
  StateMemoryUse Count() const {
    return {.blocks = blocks_.load(std::memory_order_relaxed),
            .bytes = bytes_.load(std::memory_order_relaxed)};
  }

 private:
  void* do_allocate(size_t size, size_t alignment) override {
    void* const block =
        ::operator new(size, std::align_val_t(alignment), std::nothrow);
    // The caller is code of a module, and exceptions of the host must not
    // propagate into modules.
    if (block == nullptr)
      LOG(FATAL) << "out of memory: a state needs " << size << " bytes";
    blocks_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(size, std::memory_order_relaxed);
    return block;
  }
  void do_deallocate(void* block, size_t size, size_t alignment) override {
    blocks_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(size, std::memory_order_relaxed);
    ::operator delete(block, std::align_val_t(alignment));
  }
  bool do_is_equal(
      const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  // Relaxed: the counters synchronize nothing.
  std::atomic<uint64_t> blocks_{0};
  std::atomic<uint64_t> bytes_{0};
};

CountingMemory& Memory() {
  static absl::NoDestructor<CountingMemory> memory;
  return *memory;
}

}  // namespace

std::pmr::memory_resource* StateMemory() { return &Memory(); }

}  // namespace internal

StateMemoryUse CountStateMemory() { return internal::Memory().Count(); }

}  // namespace relib
