#ifndef PLATFORM_HOST_ASYMMETRIC_FENCE_H_
#define PLATFORM_HOST_ASYMMETRIC_FENCE_H_

#include <atomic>

#include "platform/shared/sanitizer.h"

namespace relib::platform {

// A pair of fences for a race between a frequent side and a rare side, in the
// literature an asymmetric fence:
//
//   frequent:  a = 1; LightFence(); read b
//   rare:      b = 1; HeavyFence(); read a
//
// At least one side sees the store of the other, as with two sequentially
// consistent fences. LightFence() is free where the system can interrupt all
// running threads of the process (membarrier, FlushProcessWriteBuffers).
// Elsewhere both are ordinary fences.

namespace internal {
// Set before main() and constant afterwards. False is always correct, only
// slower.
extern const bool kHeavyFenceIsProcessWide;

#if RELIB_PLATFORM_TSAN
// ThreadSanitizer does not model fences. Read-modify-writes of one object have
// a total order, which is just as strong.
inline std::atomic<int> ordered_by_all{0};
inline void FullFence() {
  ordered_by_all.fetch_add(1, std::memory_order_seq_cst);
}
#else
inline void FullFence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
#endif
}  // namespace internal

inline void LightFence() {
  if (internal::kHeavyFenceIsProcessWide) [[likely]] {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    internal::FullFence();
  }
}

// Takes a few microseconds where it is process-wide.
void HeavyFence();

}  // namespace relib::platform

#endif  // PLATFORM_HOST_ASYMMETRIC_FENCE_H_
