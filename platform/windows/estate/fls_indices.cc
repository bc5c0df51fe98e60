#include <windows.h>

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "platform/windows/estate/resources.h"

namespace relib::platform {
namespace {

// Fiber-local storage, with a callback for each value. FlsFree() calls it for
// those of all threads; later, the end of any of them would call what is gone.
class FlsIndices final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::fls_indices;

  void Add(uint64_t value, bool of_runtime) override {
    indices_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { indices_.Remove(value); }

  void LeaveImage(Settlement& settlement) override {
    for (const auto& [index, of_runtime] : indices_.TakeAll()) {
      FlsFree(static_cast<DWORD>(index));
      if (!of_runtime) settlement.Add("FLS index", absl::StrCat(index));
    }
  }

 private:
  Records indices_;
};

}  // namespace

std::unique_ptr<RecordedResources> make::fls_indices() {
  return std::make_unique<FlsIndices>();
}

}  // namespace relib::platform
