#include "platform/resources/resources.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "platform/host/module_resources.h"
#include "platform/resources/destructors.h"

namespace relib::platform {

void ReclaimReport::Add(std::string_view kind, uint64_t count, uint64_t bytes,
                        absl::Span<const std::string> texts) {
  if (count == 0) return;
  auto leftover = std::find_if(
      leftovers_.begin(), leftovers_.end(),
      [kind](const Leftover& other) { return other.kind == kind; });
  if (leftover == leftovers_.end()) {
    leftover = leftovers_.insert(leftovers_.end(), {.kind = std::string(kind)});
  }
  leftover->count += count;
  leftover->bytes += bytes;
  for (const std::string& text : texts) {
    if (leftover->items.size() == Leftover::kMaxItems) break;
    leftover->items.push_back(text);
  }
}

ResourceSet::ResourceSet(absl::Span<const Make> kinds,
                         Destructors::Runner run_destructor)
    : make_(kinds),
      kinds_(std::make_unique<std::atomic<Resources*>[]>(kinds.size())),
      destructors_(std::make_shared<Destructors>(std::move(run_destructor))) {}

ResourceSet::~ResourceSet() {
  for (size_t i = 0; i < make_.size(); ++i) delete kinds_[i].load();
}

Resources& ResourceSet::Get(size_t kind) {
  Resources* resources = kinds_[kind].load(std::memory_order_acquire);
  if (resources != nullptr) return *resources;
  std::unique_ptr<Resources> made = make_[kind]();
  // Another thread may have created it meanwhile.
  if (!kinds_[kind].compare_exchange_strong(resources, made.get(),
                                            std::memory_order_acq_rel)) {
    return *resources;
  }
  return *made.release();
}

template <typename Function>
void ResourceSet::ForEach(Function function) const {
  for (size_t i = 0; i < make_.size(); ++i) {
    Resources* resources = kinds_[i].load(std::memory_order_acquire);
    if (resources != nullptr) function(*resources);
  }
}

std::vector<std::string> ResourceSet::Obstacles() const {
  std::vector<std::string> obstacles;
  ForEach([&obstacles](const Resources& resources) {
    for (std::string& text : resources.Obstacles()) {
      obstacles.push_back(std::move(text));
    }
  });
  return obstacles;
}

bool ResourceSet::Hold() {
  bool held = true;
  ForEach([&held](Resources& resources) { held = held && resources.Hold(); });
  if (!held) Resume();
  return held;
}

void ResourceSet::Resume() {
  ForEach([](Resources& resources) { resources.Resume(); });
}

void ResourceSet::Stop() {
  ForEach([](Resources& resources) { resources.Stop(); });
}

void ResourceSet::BeforeDestructors() {
  ForEach([](Resources& resources) { resources.BeforeDestructors(); });
}

void ResourceSet::LeaveImage() {
  ForEach(
      [this](Resources& resources) { resources.LeaveImage(reclaim_report_); });
}

std::vector<Leftover> ResourceSet::Reclaim() {
  ForEach([this](Resources& resources) { resources.Reclaim(reclaim_report_); });
  return reclaim_report_.Take();
}

}  // namespace relib::platform
