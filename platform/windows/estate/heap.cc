#include "platform/windows/estate/heap.h"

#include <memory>

namespace relib::platform {

std::unique_ptr<RecordedResources> make::heap() {
  return std::make_unique<Heap>();
}

}  // namespace relib::platform
