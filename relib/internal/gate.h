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

// The calls that a thread is inside of, innermost last. A cache line of its
// own: other threads write next to it otherwise.
struct alignas(64) ThreadCalls {
  using Slot = std::atomic<const void*>;

  // Deeper calls are counted by their gate.
  static constexpr size_t kDepth = 126;

  // Used by the thread alone: the first free slot, or the end of `running`.
  Slot* top = running;
  std::atomic<uint64_t> thread_id{0};
  // Written by the thread, read by those who close gates.
  Slot running[kDepth] = {};
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

// A call, from its entry to its end. On the path of every call, hence inline, and
// written so that little must be kept during the call and that each depends on
// little of the one before.
class CallScope {
 public:
  // `gate` points to a Gate; both must stay as they are until the end.
  ABSL_ATTRIBUTE_ALWAYS_INLINE CallScope(const void* const& gate, const void* what)
      : gate_(gate) {
    ThreadCalls* calls = current_calls;
    if (calls == nullptr) [[unlikely]] calls = RegisterThread();
    calls_ = calls;
    slot_ = calls->top;
    if (slot_ != std::end(calls->running)) [[likely]] {
      // In this order, for a signal handler in between that makes a call.
      calls->top = slot_ + 1;
      // Relaxed: LightFence() orders it before the look at the gate.
      slot_->store(what, std::memory_order_relaxed);
    } else {
      slot_ = nullptr;
      this->gate().deep_calls_.fetch_add(1, std::memory_order_relaxed);
    }
    platform::LightFence();
    // Acquire: the call sees what was written before the gate was opened.
    entered_ = this->gate().open_.load(std::memory_order_acquire);
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  ABSL_ATTRIBUTE_ALWAYS_INLINE ~CallScope() {
    // Release: whoever sees the end of the call sees all that it did.
    if (slot_ != nullptr) [[likely]] {
      slot_->store(nullptr, std::memory_order_release);
      calls_->top = slot_;
    } else {
      gate().deep_calls_.fetch_sub(1, std::memory_order_release);
    }
  }

  // False: the gate is closed, and nothing may be called.
  bool entered() const { return entered_; }

 private:
  const Gate& gate() const { return *static_cast<const Gate*>(gate_); }

  // By reference: looked up again when it is needed again, which is rare.
  const void* const& gate_;
  ThreadCalls* calls_;
  // Null if the call is too deep for one.
  ThreadCalls::Slot* slot_;
  bool entered_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_GATE_H_
