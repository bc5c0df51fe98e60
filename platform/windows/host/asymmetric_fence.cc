#include "platform/host/asymmetric_fence.h"

#include <windows.h>

#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace internal {

// FlushProcessWriteBuffers() does nothing in Wine 8: a litmus test without a
// fence on the frequent side failed 25,000 times in 300,000 there.
//
// Initialised dynamically. Who asks before that reads false, which is correct.
const bool kHeavyFenceIsProcessWide = !RunsUnderWine();

}  // namespace internal

void HeavyFence() {
  // For the threads that have seen `false`, and for this one.
  internal::FullFence();
  // Interrupts every processor that runs a thread of this process; not only
  // after the flag is set, for the threads that see it first.
  FlushProcessWriteBuffers();
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace relib::platform
