#ifndef PLATFORM_LINUX_ESTATE_HEAP_H_
#define PLATFORM_LINUX_ESTATE_HEAP_H_

#include "platform/heap/heap_resources.h"
#include "platform/linux/estate/resource_kinds.h"

namespace relib::platform {

struct Heap final : HeapResources<Resources> {
  static constexpr ResourceKind kKind = ResourceKind::heap;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_HEAP_H_
