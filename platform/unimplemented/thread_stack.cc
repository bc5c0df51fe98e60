#include "platform/host/thread_stack.h"

#include <cstdint>
#include <vector>

namespace relib::platform {

std::vector<uintptr_t> StackOfThread(uint64_t /*id*/) { return {}; }

}  // namespace relib::platform
