#ifndef PLATFORM_WINDOWS_ESTATE_HEAP_H_
#define PLATFORM_WINDOWS_ESTATE_HEAP_H_

#include "platform/heap/heap_resources.h"
#include "platform/windows/estate/recorded_resources.h"
#include "platform/windows/estate/resource_kinds.h"

namespace relib::platform {

struct Heap final : HeapResources<RecordedResources> {
  static constexpr ResourceKind kKind = ResourceKind::heap;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_ESTATE_HEAP_H_
