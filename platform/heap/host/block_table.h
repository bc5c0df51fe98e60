#ifndef PLATFORM_HEAP_HOST_BLOCK_TABLE_H_
#define PLATFORM_HEAP_HOST_BLOCK_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "absl/hash/hash.h"
#include "platform/host/module_resources.h"
#include "platform/native/mutex.h"

namespace relib::platform {

// The blocks of a module's heap, live ones and those that were freed and whose
// addresses nobody has got since: for validation and for traces of leaks.
// Thread-safe. An entry takes some 60 bytes, and each call stack is there once.
//
// No absl hash tables, for the reason of platform/native/mutex.h.
class BlockTable {
 public:
  struct Block {
    uintptr_t begin = 0;
    size_t size = 0;
    bool is_live = false;
    CallStack allocation;
    // Of a block that isn't live.
    CallStack free;
  };

  void Add(const void* block, size_t size, CallStack stack);

  // Marks a live block as freed; nullopt if it was one. Else what is known of
  // the address: a block of size zero that isn't live for nothing.
  std::optional<Block> Free(const void* block, CallStack stack);

  // The same without marking it.
  std::optional<Block> FindUnlessLive(const void* block) const;

  // The live block that `address` lies in. Looks at every block.
  std::optional<Block> FindAround(const void* address) const;

  // By call site, the most bytes first; traces by `keep_trace`, one for a site
  // in the life of the table.
  std::vector<LeakSite> Live(
      const std::function<std::shared_ptr<const void>(CallStack)>& keep_trace);

 private:
  struct Site {
    CallStack stack;
    std::shared_ptr<const void> trace;
  };
  struct Entry {
    size_t size;
    Site* allocation;
    // Null for a live block.
    Site* free;
  };
  struct Shard {
    mutable Mutex mutex;
    std::unordered_map<uintptr_t, Entry> blocks;
  };

  Site* Intern(CallStack stack);
  Shard& ShardOf(const void* block);
  const Shard& ShardOf(const void* block) const;
  static Block Describe(uintptr_t begin, const Entry& entry);

  std::array<Shard, 64> shards_;
  Mutex sites_mutex_;
  std::unordered_map<CallStack, std::unique_ptr<Site>, absl::Hash<CallStack>>
      sites_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_BLOCK_TABLE_H_
