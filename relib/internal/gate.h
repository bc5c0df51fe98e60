#ifndef RELIB_INTERNAL_GATE_H_
#define RELIB_INTERNAL_GATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/time/time.h"
#include "platform/asymmetric_fence.h"

// Keeps a module in place while calls of its functions run.
//
// A caller writes what it calls into a list of its own thread, and then looks
// whether the gate is open. Whoever closes the gate writes that first, and then
// looks through the lists of all threads. The two fences of asymmetric_fence.h
// make sure that at least one of them sees the other. No memory that two
// callers write is involved, so calls from many threads don't slow each other
// down.

namespace relib::internal {

class Gate;

// The calls that a thread is inside of, innermost last. A cache line of its
// own: other threads write next to it otherwise.
struct alignas(64) ThreadCalls {
  using Slot = std::atomic<const void*>;

  static constexpr size_t kDepth = 126;

  // Used by the thread alone: the first free slot, or the end of `running`.
  Slot* top = running;
  std::atomic<uint64_t> thread_id{0};
  // Written by the thread, read by those who close gates.
  Slot running[kDepth] = {};
  // The gates of the calls that are deeper, each of which counts them as well.
  // Used by the thread alone.
  std::vector<const Gate*> deep;
};

// Null until the thread makes its first call.
extern constinit thread_local ThreadCalls* current_calls;

// Makes the thread's list. Never fails; lists are reused when threads end.
ThreadCalls* RegisterThread();

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Calls are entered with an address in [begin, begin + size), which says what
  // is called. Before the first call.
  void SetRange(const void* begin, size_t size) {
    begin_ = static_cast<const char*>(begin);
    size_ = size;
  }

  void Open() { open_.store(true, std::memory_order_release); }

  // From now on no call is entered.
  void Close() {
    open_.store(false, std::memory_order_seq_cst);
    platform::HeavyFence();
  }

  // A call that runs. Those too deep to be listed have no address and thread.
  struct Running {
    const void* what = nullptr;
    uint64_t thread_id = 0;
  };

  // After Close(): the calls that still run.
  std::vector<Running> RunningCalls() const;

  // After Close(): waits until there are none, or until `deadline`. True if
  // there are none. At once false when the calling thread itself is inside of
  // one.
  bool WaitForCalls(absl::Time deadline) const;

  // True if the calling thread is inside of a call.
  bool CalledByThisThread() const;

 private:
  friend class CallScope;

  bool Covers(const void* address) const {
    return static_cast<size_t>(static_cast<const char*>(address) - begin_) <
           size_;
  }

  std::atomic<bool> open_{false};
  // Calls beyond ThreadCalls::kDepth.
  mutable std::atomic<int64_t> deep_calls_{0};
  const char* begin_ = nullptr;
  size_t size_ = 0;
};

// A call, from its entry to its end. On the path of every call, hence inline,
// and written so that little must be kept during the call and that each depends
// on little of the one before.
class CallScope {
 public:
  ABSL_ATTRIBUTE_ALWAYS_INLINE CallScope(const Gate& gate, const void* what) {
    ThreadCalls* calls = current_calls;
    if (calls == nullptr) [[unlikely]]
      calls = RegisterThread();
    calls_ = calls;
    slot_ = calls->top;
    if (slot_ != std::end(calls->running)) [[likely]] {
      // In this order, for a signal handler in between that makes a call.
      calls->top = slot_ + 1;
      // Relaxed: LightFence() orders it before the look at the gate.
      slot_->store(what, std::memory_order_relaxed);
    } else {
      slot_ = nullptr;
      EnterDeep(gate, calls);
    }
    platform::LightFence();
    // Acquire: the call sees what was written before the gate was opened.
    entered_ = gate.open_.load(std::memory_order_acquire);
    // At once, before the caller makes an error of it: whoever closed the gate
    // would wait for calls that keep coming and being refused.
    if (!entered_) [[unlikely]]
      Leave();
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  ABSL_ATTRIBUTE_ALWAYS_INLINE ~CallScope() {
    if (entered_) [[likely]]
      Leave();
  }

  // False: the gate is closed, and nothing may be called.
  bool entered() const { return entered_; }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Leave() {
    // Release: whoever sees the end of the call sees all that it did.
    if (slot_ != nullptr) [[likely]] {
      slot_->store(nullptr, std::memory_order_release);
      calls_->top = slot_;
    } else {
      LeaveDeep(calls_);
    }
  }

  // Calls beyond ThreadCalls::kDepth.
  static void EnterDeep(const Gate& gate, ThreadCalls* calls) noexcept;
  static void LeaveDeep(ThreadCalls* calls) noexcept;

  ThreadCalls* calls_;
  // Null for a call beyond ThreadCalls::kDepth.
  ThreadCalls::Slot* slot_;
  bool entered_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_GATE_H_
