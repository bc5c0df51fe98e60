#ifndef PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLES_H_
#define PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLES_H_

#include <windows.h>

#include <cstdint>

#include "platform/windows/resources/resources.h"

namespace relib::platform {

// Handles that CloseHandle() closes.
class Handles final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kHandles;

  void Add(uint64_t value, bool of_runtime) override {
    handles_.Add(value, of_runtime);
  }
  void Add(const Caller* caller, HANDLE handle) {
    Add(reinterpret_cast<uint64_t>(handle), caller->is_runtime);
  }

  void Remove(uint64_t value) override { handles_.Remove(value); }

  void Reclaim(ReclaimReport& report) override;

 private:
  Records handles_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLES_H_
