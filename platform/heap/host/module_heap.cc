#include "platform/heap/host/module_heap.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/heap/heap_binding.h"
#include "platform/heap/host/address_space.h"
#include "platform/heap/host/block_table.h"
#include "platform/host/module_resources.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {
namespace {

constexpr size_t kAlignment = RELIB_HEAP_ALIGNMENT;

constexpr size_t kMaxFrames = 32;

// Returns the calling thread's stack, starting with the frame whose address is
// `caller`.
CallStack StackFrom(const void* caller) {
  struct Walk {
    uintptr_t caller;
    bool found = false;
    CallStack addresses = {};
  };
  const auto visit = [](void* context, const StackFrame& frame) {
    auto& walk = *static_cast<Walk*>(context);
    walk.found = walk.found || frame.address == walk.caller;
    if (walk.found) walk.addresses.push_back(frame.address);
    return walk.addresses.size() < kMaxFrames;
  };
  Walk walk{.caller = reinterpret_cast<uintptr_t>(caller)};
  walk.addresses.reserve(kMaxFrames);
  WalkStack(visit, &walk);
  if (!walk.found) walk.addresses = {walk.caller};
  return std::move(walk.addresses);
}

// All heaps of the process, for the search for a block's owner.
class Heaps {
 public:
  static Heaps& Get() {
    static absl::NoDestructor<Heaps> heaps;
    return *heaps;
  }

  void Add(ModuleHeap* heap) {
    const std::lock_guard lock(mutex_);
    heaps_.push_back(heap);
  }
  void Remove(ModuleHeap* heap) {
    const std::lock_guard lock(mutex_);
    std::erase(heaps_, heap);
  }
  // Returns whether `predicate` holds for a heap other than `self`.
  template <typename Predicate>
  bool AnyOther(const ModuleHeap* self, Predicate predicate) {
    const std::lock_guard lock(mutex_);
    return std::any_of(heaps_.begin(), heaps_.end(),
                       [&](const ModuleHeap* heap) {
                         return heap != self && predicate(*heap);
                       });
  }

 private:
  Mutex mutex_;
  std::vector<ModuleHeap*> heaps_;
};

RelibHeapKind BindingKind(HeapOptions::Kind kind) {
  switch (kind) {
    case HeapOptions::Kind::kModule:
      return kRelibHeapOfModule;
    case HeapOptions::Kind::kSystem:
      return kRelibHeapOfSystem;
    case HeapOptions::Kind::kCustom:
      return kRelibHeapOfUser;
  }
  return kRelibHeapOfModule;
}

}  // namespace

ModuleHeap::ModuleHeap() { Heaps::Get().Add(this); }

ModuleHeap::~ModuleHeap() { Heaps::Get().Remove(this); }

RelibHeapBinding* ModuleHeap::Configure(const ModuleResourcesOptions& options) {
  name_ = options.name;
  options_ = options.heap;
  if (options_.on_bad_free || options_.keep_trace) {
    blocks_ = std::make_unique<BlockTable>();
  }
  binding_ = {.system = HeapSystem(),
              .resources = this,
              .kind = BindingKind(options_.kind),
              .checked = blocks_ != nullptr,
              .user_context = options_.user_context,
              .user_allocate = options_.user_allocate,
              .user_free = options_.user_free,
              .reserve = Reserve,
              .map = Map,
              .unmap = Unmap,
              .block_allocated = BlockAllocated,
              .block_freed = BlockFreed,
              .block_resized = BlockResized,
              .leave = nullptr};
  return &binding_;
}

void* ModuleHeap::Reserve(void* heap, size_t* size) {
  auto& self = *static_cast<ModuleHeap*>(heap);
  // Address space may be limited, so try smaller sizes.
  for (size_t wanted = WantedHeapRange(); wanted >= 4 * kAlignment;
       wanted /= 4) {
    void* const memory = ReserveAddresses(wanted + kAlignment);
    if (memory == nullptr) continue;
    const auto begin = reinterpret_cast<uintptr_t>(memory);
    const std::lock_guard lock(self.mutex_);
    self.reserved_ = {.begin = begin, .size = wanted + kAlignment};
    *size = wanted;
    return reinterpret_cast<void*>((begin + kAlignment - 1) &
                                   ~(kAlignment - 1));
  }
  return nullptr;
}

void* ModuleHeap::Map(void* heap, size_t size) {
  auto& self = *static_cast<ModuleHeap*>(heap);
  void* const memory = MapMemory(size, size >= kAlignment / 2 ? kAlignment : 1);
  if (memory == nullptr) return nullptr;
  const std::lock_guard lock(self.mutex_);
  self.mapped_.push_back(
      {.begin = reinterpret_cast<uintptr_t>(memory), .size = size});
  return memory;
}

bool ModuleHeap::Unmap(void* heap, void* memory, size_t size) {
  auto& self = *static_cast<ModuleHeap*>(heap);
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const std::lock_guard lock(self.mutex_);
  for (Region& region : self.mapped_) {
    if (!region.Contains(memory)) continue;
    const uintptr_t end = region.begin + region.size;
    const uintptr_t last = std::min(begin + size, end);
    const Region tail = {.begin = last, .size = end - last};
    region.size = begin - region.begin;
    if (tail.size > 0) self.mapped_.push_back(tail);
    break;
  }
  std::erase_if(self.mapped_,
                [](const Region& region) { return region.size == 0; });
  return UnmapMemory(memory, size);
}

void ModuleHeap::BlockAllocated(void* heap, const void* block, size_t size,
                                const void* caller) {
  static_cast<ModuleHeap*>(heap)->blocks_->Add(block, size, StackFrom(caller));
}

bool ModuleHeap::BlockFreed(void* heap, const void* block, const void* caller) {
  auto& self = *static_cast<ModuleHeap*>(heap);
  CallStack call = self.options_.on_bad_free ? StackFrom(caller) : CallStack();
  const std::optional<BlockTable::Block> known =
      self.blocks_->Free(block, call);
  // Without validation, unknown blocks are passed to the heap as usual.
  if (!known.has_value() || !self.options_.on_bad_free) return true;
  self.Report(block, *known, std::move(call));
  return false;
}

bool ModuleHeap::BlockResized(void* heap, const void* block,
                              const void* caller) {
  auto& self = *static_cast<ModuleHeap*>(heap);
  if (!self.options_.on_bad_free) return true;
  const std::optional<BlockTable::Block> known =
      self.blocks_->FindUnlessLive(block);
  if (!known.has_value()) return true;
  self.Report(block, *known, StackFrom(caller));
  return false;
}

bool ModuleHeap::HasMemoryAt(const void* address) const {
  const std::lock_guard lock(mutex_);
  return reserved_.Contains(address) ||
         std::any_of(mapped_.begin(), mapped_.end(),
                     [address](const Region& region) {
                       return region.Contains(address);
                     });
}

bool ModuleHeap::DescribeOwn(const void* address, BadFree& bad_free) const {
  if (blocks_ != nullptr) {
    if (const std::optional<BlockTable::Block> block =
            blocks_->FindAround(address)) {
      bad_free.owner = name_;
      bad_free.allocation = block->allocation;
      const uintptr_t offset =
          reinterpret_cast<uintptr_t>(address) - block->begin;
      bad_free.place =
          absl::StrCat(offset == 0 ? "" : absl::StrCat(offset, " bytes into "),
                       "a block of ", block->size, " bytes");
      return true;
    }
  }
  if (!HasMemoryAt(address)) return false;
  bad_free.owner = name_;
  bad_free.place = "its heap";
  return true;
}

void ModuleHeap::Report(const void* address, const BlockTable::Block& known,
                        CallStack call) {
  BadFree bad_free = {.kind = BadFree::Kind::kNotABlock,
                      .address = address,
                      .owner = {},
                      .place = {},
                      .call = std::move(call),
                      .allocation = known.allocation,
                      .first_free = known.free};
  if (known.begin != 0) {
    bad_free.kind = BadFree::Kind::kDoubleFree;
    bad_free.owner = name_;
    bad_free.place = absl::StrCat("a block of ", known.size, " bytes");
  } else if (DescribeOwn(address, bad_free)) {
    // The address is inside a block, or in this heap but not near a block.
  } else if (Heaps::Get().AnyOther(this, [&](const ModuleHeap& other) {
               return other.DescribeOwn(address, bad_free);
             })) {
    bad_free.kind = BadFree::Kind::kForeignBlock;
  } else {
    MemoryPlace place = PlaceOf(address);
    bad_free.place = std::move(place.name);
    // The C library cannot tell whether a block begins there.
    if (place.may_be_c_library_heap) {
      bad_free.kind = BadFree::Kind::kForeignBlock;
    }
  }
  options_.on_bad_free(bad_free);
}

void ModuleHeap::KeepTraces() {
  if (options_.keep_trace) blocks_->Live(options_.keep_trace);
}

void ModuleHeap::LeaveImage() {
  if (options_.keep_trace) leaks_ = blocks_->Live(options_.keep_trace);
  if (binding_.leave != nullptr && counts_.load()) use_ = binding_.leave();
}

RelibHeapUse ModuleHeap::Reclaim() {
  if (reserved_.size != 0) {
    const auto end = reinterpret_cast<uintptr_t>(use_.end);
    UnmapInSteps(reinterpret_cast<void*>(reserved_.begin),
                 end > reserved_.begin ? end - reserved_.begin : 0,
                 reserved_.size);
    reserved_ = {};
  }
  for (const Region& region : mapped_) {
    UnmapInSteps(reinterpret_cast<void*>(region.begin), region.size,
                 region.size);
  }
  mapped_.clear();
  return use_;
}

}  // namespace relib::platform
