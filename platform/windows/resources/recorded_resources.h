#ifndef PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
#define PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_

#include <cstdint>

#include "platform/resources/resources.h"

namespace relib::platform {

// Base class of all kinds. Its functions serve the hooks with `adds`, `early`,
// `later` or `removes` in front (hooks.bzl).
class RecordedResources : public Resources {
 public:
  // A hooked function has returned `value`. `of_runtime`: the resource isn't to
  // be reported.
  virtual void Add(uint64_t /*value*/, bool /*of_runtime*/) {}

  // A hooked function is about to free `value`, which may belong to somebody
  // else.
  virtual void Remove(uint64_t /*value*/) {}
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_RECORDED_RESOURCES_H_
