#include "platform/linux/estate/heap.h"

#include <memory>

#include "platform/linux/estate/resources.h"

namespace relib::platform {

void Heap::LeaveImage(Settlement& /*settlement*/) { heap.LeaveImage(); }

void Heap::Settle(Settlement& settlement) {
  const RelibHeapUse use = heap.Settle();
  settlement.Add("heap block", use.blocks, use.bytes, {});
}

std::unique_ptr<Resources> make::heap() { return std::make_unique<Heap>(); }

}  // namespace relib::platform
