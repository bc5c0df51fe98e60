#ifndef EXAMPLES_CUSTOM_ALLOCATOR_BUDGET_H_
#define EXAMPLES_CUSTOM_ALLOCATOR_BUDGET_H_

#include <cstddef>
#include <mutex>
#include <new>
#include <unordered_map>

#include "relib/options.h"

// An allocator with a limit. It keeps track of its blocks and frees the
// remaining ones when it is destroyed. Thread-safe.
class Budget {
 public:
  explicit Budget(size_t limit) : limit_(limit) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  // The module must be unloaded before.
  ~Budget() { Drop(); }

  // Returns the functions for relib::LoadOptions. The budget must outlive the
  // module.
  relib::Allocator allocator() {
    return {.context = this, .allocate = Allocate, .free = Free};
  }

  // Frees all blocks and returns their number.
  size_t Drop() {
    const std::lock_guard lock(mutex_);
    for (const auto& [memory, block] : blocks_) {
      ::operator delete(memory, block.alignment);
    }
    const size_t count = blocks_.size();
    blocks_.clear();
    used_ = 0;
    return count;
  }

 private:
  struct Block {
    size_t size;
    std::align_val_t alignment;
  };

  static void* Allocate(void* context, size_t size, size_t alignment) {
    auto& self = *static_cast<Budget*>(context);
    const std::lock_guard lock(self.mutex_);
    if (size > self.limit_ - self.used_) return nullptr;
    const Block block = {.size = size,
                         .alignment = std::align_val_t(alignment)};
    void* const memory = ::operator new(size, block.alignment, std::nothrow);
    if (memory == nullptr) return nullptr;
    self.used_ += size;
    self.blocks_[memory] = block;
    return memory;
  }

  static void Free(void* context, void* memory) {
    auto& self = *static_cast<Budget*>(context);
    const std::lock_guard lock(self.mutex_);
    const auto found = self.blocks_.find(memory);
    const Block block = found->second;
    self.used_ -= block.size;
    self.blocks_.erase(found);
    ::operator delete(memory, block.alignment);
  }

  const size_t limit_;
  std::mutex mutex_;
  size_t used_ = 0;
  std::unordered_map<void*, Block> blocks_;
};

#endif  // EXAMPLES_CUSTOM_ALLOCATOR_BUDGET_H_
