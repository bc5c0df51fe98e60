#ifndef PLATFORM_LINUX_RESOURCES_VARIABLES_VARIABLES_H_
#define PLATFORM_LINUX_RESOURCES_VARIABLES_VARIABLES_H_

#include <array>
#include <cstddef>

#include "platform/linux/resources/resources.h"

namespace relib::platform {

// Pointers that the C library and the kernel read from variables, such as
// program_invocation_name. A module may assign an address of its own, which no
// hook observes. Several modules may do so and be unloaded in any order.
class Variables final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kVariables;
  static constexpr size_t kCount = 7;

  Variables();
  ~Variables() override;

  // Passes an address in the image. Called before LeaveImage().
  void SetImage(void* resources, const void* address);

  // Puts values back that are addresses of the module.
  void LeaveImage(ReclaimReport& report) override;

 private:
  bool IsOfModule(const void* value) const;

  void* resources_ = nullptr;
  const void* image_ = nullptr;
  // The values that the module found, unless they were those of a module that
  // is gone.
  std::array<void*, kCount> before_ = {};
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_VARIABLES_VARIABLES_H_
