#include "platform/heap/host/block_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/host/module_resources.h"

namespace relib::platform {

BlockTable::Site* BlockTable::Intern(CallStack stack) {
  const std::lock_guard lock(sites_mutex_);
  std::unique_ptr<Site>& site = sites_[stack];
  if (site == nullptr) {
    site = std::make_unique<Site>(Site{.stack = std::move(stack), .trace = {}});
  }
  return site.get();
}

const BlockTable::Shard& BlockTable::ShardOf(const void* block) const {
  // Blocks are multiples of 16 apart, so neighbors are in different shards.
  return shards_[reinterpret_cast<uintptr_t>(block) / 16 % shards_.size()];
}
BlockTable::Shard& BlockTable::ShardOf(const void* block) {
  return shards_[reinterpret_cast<uintptr_t>(block) / 16 % shards_.size()];
}

BlockTable::Block BlockTable::Describe(uintptr_t begin, const Entry& entry) {
  return {.begin = begin,
          .size = entry.size,
          .is_live = entry.free == nullptr,
          .allocation = entry.allocation->stack,
          .free = entry.free == nullptr ? CallStack() : entry.free->stack};
}

void BlockTable::Add(const void* block, size_t size, CallStack stack) {
  Site* const site = Intern(std::move(stack));
  Shard& shard = ShardOf(block);
  const std::lock_guard lock(shard.mutex);
  shard.blocks[reinterpret_cast<uintptr_t>(block)] = {
      .size = size, .allocation = site, .free = nullptr};
}

std::optional<BlockTable::Block> BlockTable::Free(const void* block,
                                                  CallStack stack) {
  Site* const site = Intern(std::move(stack));
  Shard& shard = ShardOf(block);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.blocks.find(reinterpret_cast<uintptr_t>(block));
  if (found == shard.blocks.end()) return Block();
  if (found->second.free != nullptr) {
    return Describe(found->first, found->second);
  }
  found->second.free = site;
  return std::nullopt;
}

std::optional<BlockTable::Block> BlockTable::FindUnlessLive(
    const void* block) const {
  const Shard& shard = ShardOf(block);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.blocks.find(reinterpret_cast<uintptr_t>(block));
  if (found == shard.blocks.end()) return Block();
  if (found->second.free == nullptr) return std::nullopt;
  return Describe(found->first, found->second);
}

std::optional<BlockTable::Block> BlockTable::FindAround(
    const void* address) const {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [begin, entry] : shard.blocks) {
      if (entry.free == nullptr && wanted - begin < entry.size) {
        return Describe(begin, entry);
      }
    }
  }
  return std::nullopt;
}

std::vector<LeakSite> BlockTable::Live(
    const std::function<std::shared_ptr<const void>(CallStack)>& keep_trace) {
  struct Sum {
    uint64_t count = 0;
    uint64_t bytes = 0;
  };
  std::unordered_map<Site*, Sum> sums;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [begin, entry] : shard.blocks) {
      if (entry.free != nullptr) continue;
      Sum& sum = sums[entry.allocation];
      ++sum.count;
      sum.bytes += entry.size;
    }
  }
  std::vector<LeakSite> result;
  result.reserve(sums.size());
  for (const auto& [site, sum] : sums) {
    if (site->trace == nullptr && keep_trace) {
      site->trace = keep_trace(site->stack);
    }
    result.push_back(
        {.trace = site->trace, .count = sum.count, .bytes = sum.bytes});
  }
  std::sort(
      result.begin(), result.end(),
      [](const LeakSite& a, const LeakSite& b) { return a.bytes > b.bytes; });
  return result;
}

}  // namespace relib::platform
