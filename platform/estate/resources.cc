#include "platform/estate/resources.h"

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
#include "platform/estate.h"
#include "platform/estate/destructors.h"

namespace relib::platform {

void Settlement::Add(std::string_view kind, uint64_t count, uint64_t bytes,
                     absl::Span<const std::string> texts) {
  if (count == 0) return;
  auto left = std::find_if(
      left_.begin(), left_.end(),
      [kind](const LeftResources& left) { return left.kind == kind; });
  if (left == left_.end()) {
    left = left_.insert(left_.end(), {.kind = std::string(kind)});
  }
  left->count += count;
  left->bytes += bytes;
  for (const std::string& text : texts) {
    if (left->items.size() == LeftResources::kMostItems) break;
    left->items.push_back(text);
  }
}

ResourcesOfModule::ResourcesOfModule(absl::Span<const Make> kinds,
                                     Destructors::Runner run_destructor)
    : make_(kinds),
      kinds_(std::make_unique<std::atomic<Resources*>[]>(kinds.size())),
      destructors_(std::make_shared<Destructors>(std::move(run_destructor))) {}

ResourcesOfModule::~ResourcesOfModule() {
  for (size_t i = 0; i < make_.size(); ++i) delete kinds_[i].load();
}

Resources& ResourcesOfModule::Get(size_t kind) {
  Resources* resources = kinds_[kind].load(std::memory_order_acquire);
  if (resources != nullptr) return *resources;
  std::unique_ptr<Resources> made = make_[kind]();
  // Another thread may have been faster.
  if (!kinds_[kind].compare_exchange_strong(resources, made.get(),
                                            std::memory_order_acq_rel)) {
    return *resources;
  }
  return *made.release();
}

template <typename Function>
void ResourcesOfModule::ForEach(Function function) const {
  for (size_t i = 0; i < make_.size(); ++i) {
    Resources* resources = kinds_[i].load(std::memory_order_acquire);
    if (resources != nullptr) function(*resources);
  }
}

std::vector<std::string> ResourcesOfModule::Obstacles() const {
  std::vector<std::string> obstacles;
  ForEach([&obstacles](const Resources& resources) {
    for (std::string& text : resources.Obstacles()) {
      obstacles.push_back(std::move(text));
    }
  });
  return obstacles;
}

bool ResourcesOfModule::Hold() {
  bool held = true;
  ForEach([&held](Resources& resources) { held = held && resources.Hold(); });
  if (!held) Resume();
  return held;
}

void ResourcesOfModule::Resume() {
  ForEach([](Resources& resources) { resources.Resume(); });
}

void ResourcesOfModule::BeforeDestructors() {
  ForEach([](Resources& resources) { resources.BeforeDestructors(); });
}

void ResourcesOfModule::LeaveImage() {
  ForEach([this](Resources& resources) { resources.LeaveImage(settlement_); });
}

std::vector<LeftResources> ResourcesOfModule::Settle() {
  ForEach([this](Resources& resources) { resources.Settle(settlement_); });
  return settlement_.Take();
}

}  // namespace relib::platform
