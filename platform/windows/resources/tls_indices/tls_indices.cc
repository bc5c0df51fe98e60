#include <windows.h>

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Indices of TlsAlloc(). A process has 1,088. A static winpthreads takes one
// when a module first uses it, and never frees it.
class TlsIndices final : public RecordedResources {
 public:
  void Add(uint64_t value, bool of_runtime) override {
    indices_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { indices_.Remove(value); }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [index, of_runtime] : indices_.TakeAll()) {
      TlsFree(static_cast<DWORD>(index));
      if (!of_runtime) report.Add("TLS index", absl::StrCat(index));
    }
  }

 private:
  Records indices_;
};

}  // namespace

std::unique_ptr<RecordedResources> MakeTlsIndices() {
  return std::make_unique<TlsIndices>();
}

}  // namespace relib::platform
