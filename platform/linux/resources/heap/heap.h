#ifndef PLATFORM_LINUX_RESOURCES_HEAP_HEAP_H_
#define PLATFORM_LINUX_RESOURCES_HEAP_HEAP_H_

#include "platform/heap/host/heap_resources.h"
#include "platform/linux/resources/resource_kinds.h"

namespace relib::platform {

struct Heap final : HeapResources<Resources> {
  static constexpr ResourceKind kKind = ResourceKind::kHeap;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_HEAP_HEAP_H_
