#include "platform/host/asymmetric_fence.h"

#include <windows.h>

#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace internal {

// FlushProcessWriteBuffers() does nothing in Wine 8: a litmus test without a
// fence on the frequent side failed 25,000 times in 300,000 there.
//
// Initialized dynamically. Code that runs earlier reads false, which is
// correct.
const bool kHeavyFenceIsProcessWide = !RunsUnderWine();

}  // namespace internal

void HeavyFence() {
  // Serves threads that have read `false`, and this thread.
  internal::FullFence();
  // Interrupts every processor that runs a thread of this process. Called
  // whatever the flag says, for threads that have already read `true`.
  FlushProcessWriteBuffers();
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace relib::platform
