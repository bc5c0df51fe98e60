#include "platform/host/thread_stack.h"

#include <cstdint>
#include <vector>

#include "platform/host/deadline.h"

namespace relib::platform {

std::vector<uintptr_t> StackOfThread(uint64_t /*id*/, Deadline /*deadline*/) {
  return {};
}

}  // namespace relib::platform
