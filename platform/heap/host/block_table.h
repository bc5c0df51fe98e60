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

// The blocks of a module's heap, for validation of free() and for traces of
// leaks: live blocks, and freed blocks whose addresses have not been reused.
// Thread-safe. An entry takes some 60 bytes, and each call stack is stored
// once.
//
// Uses no absl hash tables; platform/native/mutex.h has the reason.
class BlockTable {
 public:
  struct Block {
    uintptr_t begin = 0;
    size_t size = 0;
    bool is_live = false;
    CallStack allocation;
    // The stack of the call that freed the block, if it is not live.
    CallStack free;
  };

  void Add(const void* block, size_t size, CallStack stack);

  // Marks a live block as freed, and returns nullopt. Otherwise returns the
  // freed block at that address, or a block of size zero that is not live if
  // there is none.
  std::optional<Block> Free(const void* block, CallStack stack);

  // Returns the same as Free() without marking the block.
  std::optional<Block> FindUnlessLive(const void* block) const;

  // Returns the live block that contains `address`. Searches all blocks.
  std::optional<Block> FindAround(const void* address) const;

  // Returns the live blocks by call site, those with the most bytes first.
  // Calls `keep_trace` once per site in the lifetime of the table.
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
