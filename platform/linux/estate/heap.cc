#include "platform/linux/estate/heap.h"

#include <memory>

namespace relib::platform {

std::unique_ptr<Resources> make::heap() { return std::make_unique<Heap>(); }

}  // namespace relib::platform
