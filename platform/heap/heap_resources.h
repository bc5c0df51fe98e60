#ifndef PLATFORM_HEAP_HEAP_RESOURCES_H_
#define PLATFORM_HEAP_HEAP_RESOURCES_H_

#include "platform/estate/resources.h"
#include "platform/heap/heap_binding.h"
#include "platform/heap/module_heap.h"

namespace relib::platform {

// The heap of a module as one of its kinds of resources, of which each backend
// has a base class.
template <typename Base>
class HeapResources : public Base {
 public:
  void LeaveImage(Settlement& /*settlement*/) override { heap.LeaveImage(); }
  void Settle(Settlement& settlement) override {
    const RelibHeapUse use = heap.Settle();
    settlement.Add("heap block", use.blocks, use.bytes, {});
  }

  ModuleHeap heap;
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HEAP_RESOURCES_H_
