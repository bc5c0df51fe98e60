#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Thread keys of the pthreads library that is linked into the module. They go
// with the library; the destructors of their values aren't called any more.
class Keys final : public RecordedResources {
 public:
  void Add(uint64_t value, bool of_runtime) override {
    keys_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { keys_.Remove(value); }

  void LeaveImage(ReclaimReport& report) override {
    for (const auto& [key, of_runtime] : keys_.TakeAll()) {
      if (!of_runtime) report.Add("thread key", absl::StrCat(key));
    }
  }

 private:
  Records keys_;
};

}  // namespace

std::unique_ptr<RecordedResources> MakeKeys() {
  return std::make_unique<Keys>();
}

}  // namespace relib::platform
