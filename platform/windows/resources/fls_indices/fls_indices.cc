#include <windows.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/native/mutex.h"
#include "platform/resources/destructors.h"
#include "platform/windows/resources/handler_slots.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Called by threads that end, perhaps under locks of the system.
using Slots = HandlerSlots<void, void*, /*kWaits=*/false>;

// Indices of fiber-local storage, with a callback for each value. FlsFree()
// calls the callback for the values of all threads. Without it, the end of any
// of those threads would call code that is gone.
class FlsIndices final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kFlsIndices;

  void Add(uint64_t value, bool of_runtime) override {
    const std::lock_guard lock(mutex_);
    indices_[static_cast<DWORD>(value)] = {.of_runtime = of_runtime};
  }

  DWORD Allocate(const Caller* caller, PFLS_CALLBACK_FUNCTION destroy) {
    Slots::Slot* slot = destroy != nullptr ? Slots::Acquire(destroy) : nullptr;
    const DWORD index =
        ::FlsAlloc(slot != nullptr ? slot->trampoline : destroy);
    if (index == FLS_OUT_OF_INDEXES) {
      if (slot != nullptr) Slots::Release(slot);
      return index;
    }
    const std::lock_guard lock(mutex_);
    destructors_ = caller->resources->destructors();
    indices_[index] = {.slot = slot, .of_runtime = caller->is_runtime};
    return index;
  }

  BOOL Free(DWORD index) {
    Slots::Slot* slot = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const auto found = indices_.find(index);
      if (found != indices_.end()) {
        slot = found->second.slot;
        indices_.erase(found);
      }
    }
    const BOOL result = ::FlsFree(index);
    // A callback may free its index and continue.
    if (slot != nullptr) slot->handler = nullptr;
    return result;
  }

  std::vector<std::string> Obstacles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> obstacles;
    for (const auto& [index, entry] : indices_) {
      if (entry.slot != nullptr && entry.slot->running != 0) {
        obstacles.push_back("the callback of an FLS index is running");
      }
    }
    return obstacles;
  }

  void LeaveImage(ReclaimReport& report) override {
    std::map<DWORD, Entry> indices;
    {
      const std::lock_guard lock(mutex_);
      indices.swap(indices_);
    }
    for (const auto& [index, entry] : indices) {
      if (entry.slot != nullptr && destructors_->are_skipped()) {
        Slots::Release(entry.slot);
        ::FlsFree(index);
      } else {
        ::FlsFree(index);
        if (entry.slot != nullptr) Slots::Release(entry.slot);
      }
      if (!entry.of_runtime) report.Add("FLS index", absl::StrCat(index));
    }
  }

 private:
  struct Entry {
    // Null if the index has no callback.
    Slots::Slot* slot = nullptr;
    bool of_runtime = false;
  };

  mutable Mutex mutex_;
  std::shared_ptr<Destructors> destructors_;
  std::map<DWORD, Entry> indices_;
};

}  // namespace

std::unique_ptr<RecordedResources> MakeFlsIndices() {
  return std::make_unique<FlsIndices>();
}

DWORD hooks::FlsAlloc(const Caller* caller, PFLS_CALLBACK_FUNCTION destroy) {
  return ResourcesOf<FlsIndices>(caller).Allocate(caller, destroy);
}

BOOL hooks::FlsFree(const Caller* caller, DWORD index) {
  return ResourcesOf<FlsIndices>(caller).Free(index);
}

}  // namespace relib::platform
