#ifndef RELIB_INTERNAL_STATES_STATE_MEMORY_H_
#define RELIB_INTERNAL_STATES_STATE_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

namespace relib::internal {

// The memory of states and of other std::pmr containers of modules: operator
// new, with counters. Thread-safe.
class StateMemoryResource final : public std::pmr::memory_resource {
 public:
  // The number and the sizes, in bytes, of the live blocks.
  uint64_t blocks() const { return blocks_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  // Ends the process if there is no memory: the caller is code of a module,
  // which no exception of the host may reach.
  void* do_allocate(size_t size, size_t alignment) override;
  void do_deallocate(void* block, size_t size, size_t alignment) override;
  bool do_is_equal(
      const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  // Relaxed: the counters order nothing.
  std::atomic<uint64_t> blocks_{0};
  std::atomic<uint64_t> bytes_{0};
};

// Returns the resource that the loader makes the default of every module. Never
// destroyed.
StateMemoryResource* StateMemory();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_STATES_STATE_MEMORY_H_
