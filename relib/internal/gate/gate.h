#ifndef RELIB_INTERNAL_GATE_GATE_H_
#define RELIB_INTERNAL_GATE_GATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/host/asymmetric_fence.h"
#include "platform/host/thread_pointer.h"

// Keeps a module in place while calls of its functions run, and while somebody
// has pinned it.
//
// A caller writes what it calls into a list of its own thread, and then looks
// whether the gate is open. Whoever closes the gate writes that first, and then
// looks through the lists of all threads. The two fences of asymmetric_fence.h
// make sure that at least one of them sees the other. No memory that two
// callers write is involved, so calls from many threads don't slow each other
// down.
//
// A pin is rare and may move between threads: it is kept in a list of the gate,
// behind a lock. Calls under a pin need nothing of the above.

namespace relib::internal {

// A function that is being called, or null.
using CallSlot = std::atomic<const void*>;

struct ThreadCalls;

// The calls that a thread is inside of, innermost last, or a part of them.
// Aligned, so that the end of its slots can be told by the address alone; and
// so that nobody else writes to its cache lines.
struct alignas(1024) CallChunk {
  static constexpr size_t kDepth = 126;

  // Used by the thread alone, as is `next`, for deeper calls.
  ThreadCalls* owner = nullptr;
  CallChunk* next = nullptr;
  // Written by the thread, read by those who close gates.
  CallSlot running[kDepth] = {};
};
static_assert(sizeof(CallChunk) == alignof(CallChunk));

// platform::ThreadPointer() is the first free slot of the calling thread. Null
// when it has none, because this is its first call, and the end of a chunk when
// the next call needs another one.
inline bool IsFreeSlot(const CallSlot* slot) {
  return reinterpret_cast<uintptr_t>(slot) % alignof(CallChunk) != 0;
}

// Makes room for a call when !IsFreeSlot(slot). Never fails; room is reused
// when threads end.
CallSlot* MakeFreeSlot(CallSlot* slot) noexcept;

// How many threads have, or had, room for their calls at the same time.
size_t ThreadCallsCount();

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Calls are entered with an address in [begin, begin + size), which says what
  // is called. Before the first call, and the same for good.
  void SetRange(const void* begin, size_t size) {
    if (begin_ == begin) return;
    begin_ = static_cast<const char*>(begin);
    size_ = size;
  }

  const void* begin() const { return begin_; }

  // Calls have to be entered by GuardedCallScope: CallScope finds the gate
  // closed. Before the first call.
  void Guard() {
    if (!is_guarded_) is_guarded_ = true;
  }
  bool is_guarded() const { return is_guarded_; }

  void Open() {
    (is_guarded_ ? guarded_open_ : open_)
        .store(true, std::memory_order_release);
  }

  // From now on no call is entered and no pin taken.
  void Close() {
    open_.store(false, std::memory_order_seq_cst);
    guarded_open_.store(false, std::memory_order_seq_cst);
    platform::HeavyFence();
  }

  bool is_open() const {
    return open_.load(std::memory_order_acquire) ||
           guarded_open_.load(std::memory_order_acquire);
  }

  // Somebody who keeps the module in place: a call that runs, or a pin.
  struct User {
    // Null for a pin.
    const void* what = nullptr;
    // Of a pin: the thread that took or last moved it.
    uint64_t thread_id = 0;
  };

  // After Close(): the calls that still run, and the pins.
  std::vector<User> Users() const;

  // After Close(): waits until there are none, or until `deadline`, and returns
  // those that are left. At once when the calling thread would wait for itself.
  std::vector<User> WaitForUsers(absl::Time deadline) const;

  // True if the calling thread is inside of a call.
  bool CalledByThisThread() const;

  // True if there is a pin on the stack of the calling thread: it can't go
  // while this function runs.
  bool PinnedOnThisStack() const;

 private:
  friend class CallScope;
  friend class GatePin;
  friend class GuardedCallScope;

  bool Covers(const void* address) const {
    return static_cast<size_t>(static_cast<const char*>(address) - begin_) <
           size_;
  }

  std::atomic<bool> open_{false};
  // Of a guarded gate, whose `open_` stays false: so it costs nothing to ask
  // whether a gate is guarded.
  std::atomic<bool> guarded_open_{false};
  bool is_guarded_ = false;
  const char* begin_ = nullptr;
  size_t size_ = 0;

  struct Pin {
    // Where the GatePin lies.
    const void* holder;
    uint64_t thread_id;
  };
  struct Pins {
    absl::Mutex mutex;
    std::list<Pin> list ABSL_GUARDED_BY(mutex);
  };
  // Shared with the pins: the gate may be gone when the last of them has just
  // been taken off the list.
  const std::shared_ptr<Pins> pins_ = std::make_shared<Pins>();
};

// A call, from its entry to its end. On the path of every call, hence inline,
// and written so that little must be kept during the call and that each depends
// on little of the one before.
class CallScope {
 public:
  ABSL_ATTRIBUTE_ALWAYS_INLINE CallScope(const Gate& gate, const void* what)
      : CallScope(gate.open_, what) {}
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  ABSL_ATTRIBUTE_ALWAYS_INLINE ~CallScope() {
    if (entered_) [[likely]]
      Leave();
  }

  // False: the gate is closed, and nothing may be called.
  bool entered() const { return entered_; }

 protected:
  ABSL_ATTRIBUTE_ALWAYS_INLINE CallScope(const std::atomic<bool>& open,
                                         const void* what)
      : slot_(static_cast<CallSlot*>(platform::ThreadPointer())) {
    if (!IsFreeSlot(slot_)) [[unlikely]]
      slot_ = MakeFreeSlot(slot_);
    // In this order, for a signal handler in between that makes a call.
    platform::SetThreadPointer(slot_ + 1);
    std::atomic_signal_fence(std::memory_order_release);
    // Relaxed: LightFence() orders it before the look at the gate.
    slot_->store(what, std::memory_order_relaxed);
    platform::LightFence();
    // Acquire: the call sees what was written before the gate was opened.
    entered_ = open.load(std::memory_order_acquire);
    // At once, before the caller makes an error of it: whoever closed the gate
    // would wait for calls that keep coming and being refused.
    if (!entered_) [[unlikely]]
      Leave();
  }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Leave() {
    // Release: whoever sees the end of the call sees all that it did.
    slot_->store(nullptr, std::memory_order_release);
    platform::SetThreadPointer(slot_);
  }

  CallSlot* slot_;
  bool entered_;
};

// The same for a gate that is guarded.
class GuardedCallScope : public CallScope {
 public:
  GuardedCallScope(const Gate& gate, const void* what)
      : CallScope(gate.guarded_open_, what) {}
};

// Keeps the module of a gate in place until it is destroyed, on any thread.
class GatePin {
 public:
  // Without effect when the gate is closed, see taken().
  explicit GatePin(const Gate& gate);
  GatePin(GatePin&& other) noexcept { TakeOver(other); }
  GatePin& operator=(GatePin&& other) noexcept {
    if (this != &other) {
      Release();
      TakeOver(other);
    }
    return *this;
  }
  ~GatePin() { Release(); }

  // False when the gate was closed, and after a move.
  bool taken() const { return pins_ != nullptr; }

 private:
  void TakeOver(GatePin& other) noexcept;
  void Release() noexcept;

  // Null without effect.
  std::shared_ptr<Gate::Pins> pins_;
  std::list<Gate::Pin>::iterator pin_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_GATE_GATE_H_
