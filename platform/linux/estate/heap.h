#ifndef PLATFORM_LINUX_ESTATE_HEAP_H_
#define PLATFORM_LINUX_ESTATE_HEAP_H_

#include "platform/heap/module_heap.h"
#include "platform/linux/estate/resources.h"

namespace relib::platform {

struct Heap final : Resources {
  static constexpr ResourceKind kKind = ResourceKind::heap;

  void LeaveImage(Settlement& settlement) override;
  void Settle(Settlement& settlement) override;

  ModuleHeap heap;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_HEAP_H_
