#include "platform/host/asymmetric_fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace relib::platform {
namespace {

// Registers for the expedited command of Linux 4.14, which interrupts only
// processors that run threads of this process (membarrier(2)).
bool RegisterExpedited() {
  const long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  return commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
         syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
                 0) == 0;
}

}  // namespace

namespace internal {
const bool kHeavyFenceIsProcessWide = RegisterExpedited();
}  // namespace internal

void HeavyFence() {
  internal::FullFence();
  if (internal::kHeavyFenceIsProcessWide) {
    // Cannot fail after registration, which a child of fork() inherits.
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  }
}

}  // namespace relib::platform
