#ifndef RELIB_INTERNAL_GATE_H_
#define RELIB_INTERNAL_GATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "platform/asymmetric_fence.h"

// Keeps a module in place while calls of its functions run.
//
// A caller writes what it calls into a list of its own thread, and then looks
// whether the gate is open. Whoever closes the gate writes that first, and then
// looks through the lists of all threads. The two fences of asymmetric_fence.h
// make sure that at least one of them sees the other. No memory that two callers
// write is involved, so calls from many threads don't slow each other down.

namespace relib::internal {

class CallScope;

// The calls that a thread is inside of, innermost last.
struct ThreadCalls {
  // Deeper calls are counted by their gate.
  static constexpr size_t kDepth = 126;

  // Written by the thread, read by those who close gates.
  std::atomic<const void*> running[kDepth] = {};
  // Used by the thread alone.
  size_t depth = 0;
  const CallScope* innermost_deep = nullptr;
  std::atomic<uint64_t> thread_id{0};
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

  // After Close(): waits until there are none, or until `deadline`. True if there
  // are none. At once false when the calling thread itself is inside of one.
  bool WaitForCalls(absl::Time deadline) const;

  // True if the calling thread is inside of a call.
  bool CalledByThisThread() const;

 private:
  friend class CallScope;

  bool Covers(const void* address) const {
    return static_cast<size_t>(static_cast<const char*>(address) - begin_) < size_;
  }

  std::atomic<bool> open_{false};
  // Calls beyond ThreadCalls::kDepth.
  mutable std::atomic<int64_t> deep_calls_{0};
  const char* begin_ = nullptr;
  size_t size_ = 0;
};

// A call, from its entry to its end.
class CallScope {
 public:
  CallScope(const Gate& gate, const void* what) {
    ThreadCalls* calls = current_calls;
    if (calls == nullptr) [[unlikely]] calls = RegisterThread();
    calls_ = calls;
    const size_t depth = calls->depth;
    calls->depth = depth + 1;
    if (depth < ThreadCalls::kDepth) [[likely]] {
      // Relaxed: LightFence() orders it before the look at the gate.
      calls->running[depth].store(what, std::memory_order_relaxed);
    } else {
      gate.deep_calls_.fetch_add(1, std::memory_order_relaxed);
      deep_gate_ = &gate;
      outer_deep_ = std::exchange(calls->innermost_deep, this);
    }
    platform::LightFence();
    // Acquire: the call sees what was written before the gate was opened.
    entered_ = gate.open_.load(std::memory_order_acquire);
    // At once, before the caller makes an error of it: whoever closed the gate
    // would wait for calls that keep coming and being refused.
    if (!entered_) [[unlikely]] Leave();
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  ~CallScope() {
    if (entered_) [[likely]] Leave();
  }

  // False: the gate is closed, and nothing may be called.
  bool entered() const { return entered_; }

 private:
  friend class Gate;

  void Leave() {
    const size_t depth = --calls_->depth;
    // Release: whoever sees the end of the call sees all that it did.
    if (deep_gate_ == nullptr) [[likely]] {
      calls_->running[depth].store(nullptr, std::memory_order_release);
    } else {
      calls_->innermost_deep = outer_deep_;
      deep_gate_->deep_calls_.fetch_sub(1, std::memory_order_release);
    }
  }

  ThreadCalls* calls_;
  // Of a call that is too deep to be listed: its gate, and the next such call
  // outwards on this thread.
  const Gate* deep_gate_ = nullptr;
  const CallScope* outer_deep_ = nullptr;
  bool entered_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_GATE_H_
