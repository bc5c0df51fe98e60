#include <windows.h>

#include <cstdint>
#include <memory>

#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// Searches for files in a directory, including opendir(). The searches of the C
// runtime are those of the system.
class Directories final : public RecordedResources {
 public:
  void Add(uint64_t value, bool of_runtime) override {
    searches_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { searches_.Remove(value); }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [search, of_runtime] : searches_.TakeAll()) {
      FindClose(reinterpret_cast<HANDLE>(search));
      // The system doesn't return what the search was for.
      if (!of_runtime) report.Add("directory", "a search for files");
    }
  }

 private:
  Records searches_;
};

}  // namespace

std::unique_ptr<RecordedResources> MakeDirectories() {
  return std::make_unique<Directories>();
}

}  // namespace relib::platform
