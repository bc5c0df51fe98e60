#include <windows.h>

#include <cstdint>
#include <memory>

#include "absl/strings/str_format.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Heaps of HeapCreate(), with all blocks in them.
class Heaps final : public RecordedResources {
 public:
  void Add(uint64_t value, bool of_runtime) override {
    heaps_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { heaps_.Remove(value); }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [heap, of_runtime] : heaps_.TakeAll()) {
      if (!HeapDestroy(reinterpret_cast<HANDLE>(heap)) || of_runtime) continue;
      report.Add("heap", absl::StrFormat("at %#x", heap));
    }
  }

 private:
  Records heaps_;
};

}  // namespace

std::unique_ptr<RecordedResources> MakeHeaps() {
  return std::make_unique<Heaps>();
}

}  // namespace relib::platform
