#ifndef PLATFORM_WINDOWS_RESOURCES_HEAP_HEAP_H_
#define PLATFORM_WINDOWS_RESOURCES_HEAP_HEAP_H_

#include "platform/heap/host/heap_resources.h"
#include "platform/windows/resources/recorded_resources.h"
#include "platform/windows/resources/resource_kinds.h"

namespace relib::platform {

struct Heap final : HeapResources<RecordedResources> {
  static constexpr ResourceKind kKind = ResourceKind::kHeap;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_HEAP_HEAP_H_
