#ifndef PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
#define PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_

#include <cstdint>

#include "platform/resources/resources.h"

namespace relib::platform {

// Base class of all kinds. The generated hooks call its functions for rows with
// the words `adds`, `early`, `later` and `removes` (hooks.bzl).
class RecordedResources : public Resources {
 public:
  // Called after a hooked function has returned `value`. If `of_runtime`, the
  // resource is not reported.
  virtual void Add(uint64_t /*value*/, bool /*of_runtime*/) {}

  // Called before a hooked function frees `value`, which may belong to other
  // code.
  virtual void Remove(uint64_t /*value*/) {}
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
