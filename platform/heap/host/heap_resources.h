#ifndef PLATFORM_HEAP_HOST_HEAP_RESOURCES_H_
#define PLATFORM_HEAP_HOST_HEAP_RESOURCES_H_

#include "platform/heap/heap_binding.h"
#include "platform/heap/host/module_heap.h"
#include "platform/resources/resources.h"

namespace relib::platform {

// The heap of a module as a resource kind. `Base` is the backend's base class
// of resource kinds.
template <typename Base>
class HeapResources : public Base {
 public:
  void Stop() override { heap.DontCount(); }
  void LeaveImage(ReclaimReport& /*report*/) override { heap.LeaveImage(); }
  void Reclaim(ReclaimReport& report) override {
    const RelibHeapUse use = heap.Reclaim();
    report.Add("heap block", use.blocks, use.bytes, {});
  }

  ModuleHeap heap;
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_HEAP_RESOURCES_H_
