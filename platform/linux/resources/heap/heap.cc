#include "platform/linux/resources/heap/heap.h"

#include <memory>

namespace relib::platform {

std::unique_ptr<Resources> MakeHeap() { return std::make_unique<Heap>(); }

}  // namespace relib::platform
