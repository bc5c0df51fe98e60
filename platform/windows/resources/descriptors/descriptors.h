#ifndef PLATFORM_WINDOWS_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
#define PLATFORM_WINDOWS_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_

#include <cstdint>
#include <map>
#include <string>

#include "platform/native/mutex.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {

// Returns the handle behind a descriptor of the C runtime, or -1 if it isn't
// open. A descriptor whose handle has changed belongs to somebody else by now.
intptr_t HandleOfDescriptor(int descriptor);

// "7 C:\tmp\cache"
std::string DescribeDescriptor(int descriptor);

// Descriptors of the C runtime.
class Descriptors final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kDescriptors;

  void Add(uint64_t descriptor, bool of_runtime) override;
  void Remove(uint64_t descriptor) override;

  void Add(const Caller* caller, int descriptor) {
    Add(static_cast<uint64_t>(descriptor), caller->is_runtime);
  }
  bool Has(int descriptor) const;

  // Called before and after `target` is replaced. If `target` is open and
  // belongs to somebody else, it will be restored. `done`: the replacement has
  // succeeded.
  void BeforeReplace(int target);
  void AfterReplace(const Caller* caller, int target, bool done);

  void Reclaim(ReclaimReport& report) override;

 private:
  struct Entry {
    intptr_t handle = -1;
    bool of_runtime = false;
  };
  struct Replacement {
    // A duplicate of the replaced descriptor.
    int saved = -1;
    // The handle behind the module's replacement.
    intptr_t handle = -1;
  };

  mutable Mutex mutex_;
  std::map<int, Entry> descriptors_;
  std::map<int, Replacement> replaced_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
