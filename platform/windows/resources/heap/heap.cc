#include "platform/windows/resources/heap/heap.h"

#include <memory>

namespace relib::platform {

std::unique_ptr<RecordedResources> MakeHeap() {
  return std::make_unique<Heap>();
}

}  // namespace relib::platform
