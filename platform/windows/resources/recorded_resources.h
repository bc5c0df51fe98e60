#ifndef PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
#define PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_

#include <cstdint>

#include "platform/resources/resources.h"

namespace relib::platform {

// All kinds derive from it, for the functions of the table with `adds`, `early`
// or `removes` in front.
class RecordedResources : public Resources {
 public:
  // Such a function has returned `value`. `of_runtime`: not to be reported.
  virtual void Add(uint64_t /*value*/, bool /*of_runtime*/) {}

  // One is about to give `value` back, which may be none of the module's.
  virtual void Remove(uint64_t /*value*/) {}
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
