#include "platform/linux/estate/heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/estate.h"
#include "platform/linux/estate/block_table.h"
#include "platform/linux/estate/resources.h"
#include "platform/linux/heap_binding.h"
#include "platform/stack_walker.h"

namespace relib::platform {
namespace {

constexpr size_t kAlignment = RELIB_HEAP_ALIGNMENT;

constexpr size_t kMostFrames = 32;

// The stack from the frame with the address `caller` on.
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
    return walk.addresses.size() < kMostFrames;
  };
  Walk walk{.caller = reinterpret_cast<uintptr_t>(caller)};
  walk.addresses.reserve(kMostFrames);
  WalkStack(visit, &walk);
  if (!walk.found) walk.addresses = {walk.caller};
  return std::move(walk.addresses);
}

// The mapping that `address` lies in, as /proc/self/maps names it; "memory
// without a name"; empty if nothing is mapped there.
std::string MappingAt(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::string name;
  std::FILE* const maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return "memory that can't be looked at";
  char line[4096 + 128];
  while (std::fgets(line, sizeof(line), maps) != nullptr) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    int path = 0;
    if (std::sscanf(line, "%zx-%zx %*s %*s %*s %*s %n", &begin, &end, &path) <
            2 ||
        wanted < begin || wanted >= end) {
      continue;
    }
    name = line + path;
    while (!name.empty() && name.back() == '\n') name.pop_back();
    if (name.empty()) name = "memory without a name";
    break;
  }
  std::fclose(maps);
  return name;
}

// All heaps, to find the owner of a block.
class Heaps {
 public:
  static Heaps& Get() {
    static absl::NoDestructor<Heaps> heaps;
    return *heaps;
  }

  void Add(Heap* heap) {
    const std::lock_guard lock(mutex_);
    heaps_.push_back(heap);
  }
  void Remove(Heap* heap) {
    const std::lock_guard lock(mutex_);
    std::erase(heaps_, heap);
  }
  // True once for a heap other than `self`.
  template <typename Predicate>
  bool AnyOther(const Heap* self, Predicate predicate) {
    const std::lock_guard lock(mutex_);
    return std::any_of(heaps_.begin(), heaps_.end(), [&](const Heap* heap) {
      return heap != self && predicate(*heap);
    });
  }

 private:
  std::mutex mutex_;
  std::vector<Heap*> heaps_;
};

RelibHeapKind BindingKind(HeapOptions::Kind kind) {
  switch (kind) {
    case HeapOptions::Kind::kModule:
      return kRelibHeapOfModule;
    case HeapOptions::Kind::kSystem:
      return kRelibHeapOfSystem;
    case HeapOptions::Kind::kUser:
      return kRelibHeapOfUser;
  }
  return kRelibHeapOfModule;
}

// Gives the pages of a region back in steps, each of which others who map
// memory wait for; and the addresses at last, which takes no time then.
void UnmapInSteps(uintptr_t begin, size_t touched, size_t size) {
  constexpr size_t kStep = size_t{4} << 20;
  for (size_t offset = 0; offset < touched; offset += kStep) {
    ::madvise(reinterpret_cast<void*>(begin + offset),
              std::min(kStep, touched - offset), MADV_DONTNEED);
  }
  ::munmap(reinterpret_cast<void*>(begin), size);
}

}  // namespace

Heap::Heap() { Heaps::Get().Add(this); }

Heap::~Heap() { Heaps::Get().Remove(this); }

RelibHeapBinding* Heap::Configure(const EstateOptions& options) {
  name_ = options.name;
  options_ = options.heap;
  if (options_.on_bad_free || options_.keep_trace) {
    blocks_ = std::make_unique<BlockTable>();
  }
  binding_ = {.estate = this,
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

void* Heap::Reserve(void* heap, size_t* size) {
  auto& self = *static_cast<Heap*>(heap);
  // Addresses cost nothing; but there may be a limit (RLIMIT_AS).
  for (size_t wanted = size_t{64} << 30; wanted >= 4 * kAlignment;
       wanted /= 4) {
    void* const memory =
        ::mmap(nullptr, wanted + kAlignment, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) continue;
    const auto begin = reinterpret_cast<uintptr_t>(memory);
    const std::lock_guard lock(self.mutex_);
    self.reserved_ = {.begin = begin, .size = wanted + kAlignment};
    *size = wanted;
    return reinterpret_cast<void*>((begin + kAlignment - 1) &
                                   ~(kAlignment - 1));
  }
  return nullptr;
}

void* Heap::Map(void* heap, size_t size) {
  auto& self = *static_cast<Heap*>(heap);
  const bool aligned = size >= kAlignment / 2;
  const size_t wanted = size + (aligned ? kAlignment : 0);
  void* const memory =
      ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto begin = reinterpret_cast<uintptr_t>(memory);
  if (aligned) {
    const uintptr_t end = begin + wanted;
    const uintptr_t first = (begin + kAlignment - 1) & ~(kAlignment - 1);
    if (first > begin) ::munmap(memory, first - begin);
    if (first + size < end) {
      ::munmap(reinterpret_cast<void*>(first + size), end - first - size);
    }
    begin = first;
  }
  const std::lock_guard lock(self.mutex_);
  self.mapped_.push_back({.begin = begin, .size = size});
  return reinterpret_cast<void*>(begin);
}

bool Heap::Unmap(void* heap, void* memory, size_t size) {
  auto& self = *static_cast<Heap*>(heap);
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
  return ::munmap(memory, size) == 0;
}

void Heap::BlockAllocated(void* heap, const void* block, size_t size,
                          const void* caller) {
  static_cast<Heap*>(heap)->blocks_->Add(block, size, StackFrom(caller));
}

bool Heap::BlockFreed(void* heap, const void* block, const void* caller) {
  auto& self = *static_cast<Heap*>(heap);
  CallStack call = self.options_.on_bad_free ? StackFrom(caller) : CallStack();
  const std::optional<BlockTable::Block> known =
      self.blocks_->Free(block, call);
  // Without validation, what isn't known goes where it always went.
  if (!known.has_value() || !self.options_.on_bad_free) return true;
  self.Report(block, *known, std::move(call));
  return false;
}

bool Heap::BlockResized(void* heap, const void* block, const void* caller) {
  auto& self = *static_cast<Heap*>(heap);
  if (!self.options_.on_bad_free) return true;
  const std::optional<BlockTable::Block> known =
      self.blocks_->FindUnlessLive(block);
  if (!known.has_value()) return true;
  self.Report(block, *known, StackFrom(caller));
  return false;
}

bool Heap::HasMemoryAt(const void* address) const {
  const std::lock_guard lock(mutex_);
  return reserved_.Contains(address) ||
         std::any_of(mapped_.begin(), mapped_.end(),
                     [address](const Region& region) {
                       return region.Contains(address);
                     });
}

bool Heap::DescribeOwn(const void* address, BadFree& bad_free) const {
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

void Heap::Report(const void* address, const BlockTable::Block& known,
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
    // Inside of a block, or nowhere near one.
  } else if (Heaps::Get().AnyOther(this, [&](const Heap& other) {
               return other.DescribeOwn(address, bad_free);
             })) {
    bad_free.kind = BadFree::Kind::kForeignBlock;
  } else {
    bad_free.place = MappingAt(address);
    const bool is_in_image =
        ImageAt(reinterpret_cast<uintptr_t>(address)).end != 0;
    // The C library's blocks lie in these two. Whether one begins there is
    // something that it doesn't tell.
    if (!is_in_image && (bad_free.place == "[heap]" ||
                         bad_free.place == "memory without a name")) {
      bad_free.kind = BadFree::Kind::kForeignBlock;
    }
  }
  options_.on_bad_free(bad_free);
}

void Heap::KeepTraces() {
  if (options_.keep_trace) blocks_->Live(options_.keep_trace);
}

void Heap::LeaveImage(Settlement& /*settlement*/) {
  if (options_.keep_trace) leaks_ = blocks_->Live(options_.keep_trace);
  if (binding_.leave != nullptr) use_ = binding_.leave();
}

void Heap::Settle(Settlement& settlement) {
  settlement.Add("heap block", use_.blocks, use_.bytes, {});
  if (reserved_.size != 0) {
    const auto end = reinterpret_cast<uintptr_t>(use_.end);
    UnmapInSteps(reserved_.begin,
                 end > reserved_.begin ? end - reserved_.begin : 0,
                 reserved_.size);
    reserved_ = {};
  }
  for (const Region& region : mapped_) {
    UnmapInSteps(region.begin, region.size, region.size);
  }
  mapped_.clear();
}

std::unique_ptr<Resources> make::heap() { return std::make_unique<Heap>(); }

}  // namespace relib::platform
