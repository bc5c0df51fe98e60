#ifndef RELIB_INTERNAL_GATE_GATE_H_
#define RELIB_INTERNAL_GATE_GATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "absl/base/attributes.h"
#include "platform/host/asymmetric_fence.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_pointer.h"

// A gate keeps a module loaded while calls of its functions run and while it is
// pinned. This is rundown protection, as Windows' EX_RUNDOWN_REF provides it,
// but without a shared counter:
//
// - A caller publishes the address of the function in a slot of its own thread,
//   like a hazard pointer, and then reads whether the gate is open. The
//   unloading thread closes the gate and then reads the slots of all threads.
//   This is Dekker's handshake: at least one of the two sees the other's write.
// - The handshake needs a fence between the write and the read on both sides.
//   It is asymmetric (asymmetric_fence.h): callers use a compiler fence only,
//   and the unloading thread makes every other thread execute a real one, by
//   membarrier(2) on Linux and FlushProcessWriteBuffers() on Windows.
//
// So a call executes no atomic read-modify-write and writes no memory that
// another caller writes: calls scale with the number of threads.
//
// Pins are rare and may move between threads. They are in a list of the gate,
// behind a mutex. Calls under a pin don't use the gate at all.

namespace relib::internal {

// The slot of the function that is being called, or null.
using CallSlot = std::atomic<const void*>;

struct ThreadCalls;

// The calls that a thread is in, innermost last, or a part of them. Aligned, so
// that the end of the slots can be recognized by the address alone, and so that
// no other thread writes to its cache lines.
struct alignas(1024) CallChunk {
  static constexpr size_t kDepth = 126;

  // Accessed only by the thread.
  ThreadCalls* owner = nullptr;
  // The chunk for deeper calls, or null. Accessed only by the thread.
  CallChunk* next = nullptr;
  // Written by the thread, and read by threads that close gates.
  CallSlot running[kDepth] = {};
};
static_assert(sizeof(CallChunk) == alignof(CallChunk));

// Returns whether `slot` can be used. platform::ThreadPointer() holds the first
// free slot of the calling thread. It is null before the first call of the
// thread, and the end of a chunk if the next call needs a new chunk.
inline bool IsFreeSlot(const CallSlot* slot) {
  return reinterpret_cast<uintptr_t>(slot) % alignof(CallChunk) != 0;
}

// Returns a free slot of the calling thread if !IsFreeSlot(slot). Allocates or
// reuses the slots of a thread that has ended. Never fails.
CallSlot* MakeFreeSlot(CallSlot* slot) noexcept;

// Returns the number of threads that have slots, or had them at the same time.
size_t ThreadCallsCount();

// Thread-safe, except where a comment restricts when a function may be called.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Sets the slots behind the gate: calls are entered with an address in
  // [begin, begin + size). Must be called before the first call, and always
  // with the same range.
  void SetRange(const void* begin, size_t size) {
    if (begin_ == begin) return;
    begin_ = static_cast<const char*>(begin);
    size_ = size;
  }

  const void* begin() const { return begin_; }

  // Makes the gate look closed to CallScope, so that calls take the slow path
  // and enter by GuardedCallScope. Must be called before the first call.
  void Guard() {
    if (!is_guarded_) is_guarded_ = true;
  }
  bool is_guarded() const { return is_guarded_; }

  void Open() {
    (is_guarded_ ? guarded_open_ : open_)
        .store(true, std::memory_order_release);
  }

  // Refuses new calls and pins from now on.
  void Close() {
    open_.store(false, std::memory_order_seq_cst);
    guarded_open_.store(false, std::memory_order_seq_cst);
    nested_open_.store(false, std::memory_order_seq_cst);
    platform::HeavyFence();
  }

  // Admits calls by NestedCallScope although the gate is closed. They come from
  // inside of calls that the closing thread waits for.
  void OpenForNestedCalls() {
    nested_open_.store(true, std::memory_order_release);
  }
  void CloseForNestedCalls() {
    nested_open_.store(false, std::memory_order_seq_cst);
    platform::HeavyFence();
  }

  bool is_open() const {
    return open_.load(std::memory_order_acquire) ||
           guarded_open_.load(std::memory_order_acquire);
  }

  // A call in flight or a pin.
  struct User {
    // The slot that is called, or null for a pin.
    const void* what = nullptr;
    // The thread of the call, or the one that took or last moved the pin.
    uint64_t thread_id = 0;
  };

  // Returns the calls in flight and the pins. Complete only after Close().
  std::vector<User> Users() const;

  // Waits until there are no calls and pins, or until `deadline`, and returns
  // the remaining ones. Returns at once if the calling thread would wait for
  // itself. Must be called after Close().
  std::vector<User> WaitForUsers(platform::Deadline deadline) const;

  // Returns whether the calling thread is in a call through this gate.
  bool CalledByThisThread() const;

  // Returns whether a pin is on the stack of the calling thread, where it can't
  // be destroyed while this function runs.
  bool PinnedOnThisStack() const;

 private:
  friend class CallScope;
  friend class GatePin;
  friend class GuardedCallScope;
  friend class NestedCallScope;

  bool Covers(const void* address) const {
    return static_cast<size_t>(static_cast<const char*>(address) - begin_) <
           size_;
  }

  std::atomic<bool> open_{false};
  // Used instead of `open_`, which stays false, if the gate is guarded. So the
  // check costs calls of other modules nothing.
  std::atomic<bool> guarded_open_{false};
  std::atomic<bool> nested_open_{false};
  bool is_guarded_ = false;
  const char* begin_ = nullptr;
  size_t size_ = 0;

  struct Pin {
    // The address of the GatePin.
    const void* holder;
    uint64_t thread_id;
  };
  // Guarded by a mutex that all gates share, which is safe across fork().
  using Pins = std::list<Pin>;
  // Shared with the pins, which may outlive the gate.
  const std::shared_ptr<Pins> pins_ = std::make_shared<Pins>();
};

// A call, from its entry to its end. It is on the path of every call: inline,
// with little to keep in registers during the call, and without dependencies on
// the previous call that a processor would wait for.
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

  // Returns false if the gate is closed. Then nothing may be called.
  bool entered() const { return entered_; }

 protected:
  ABSL_ATTRIBUTE_ALWAYS_INLINE CallScope(const std::atomic<bool>& open,
                                         const void* what)
      : slot_(static_cast<CallSlot*>(platform::ThreadPointer())) {
    if (!IsFreeSlot(slot_)) [[unlikely]]
      slot_ = MakeFreeSlot(slot_);
    // Reserves the slot first: a signal handler may call a module in between.
    platform::SetThreadPointer(slot_ + 1);
    std::atomic_signal_fence(std::memory_order_release);
    // Relaxed: LightFence() orders it before the load of `open`.
    slot_->store(what, std::memory_order_relaxed);
    platform::LightFence();
    // Acquire: pairs with Open(), so that the call sees what was written
    // before.
    entered_ = open.load(std::memory_order_acquire);
    // Before the caller creates the error: otherwise the unloading thread would
    // wait for a stream of calls that are being refused.
    if (!entered_) [[unlikely]]
      Leave();
  }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Leave() {
    // Release: a thread that sees the end of the call sees its effects.
    slot_->store(nullptr, std::memory_order_release);
    platform::SetThreadPointer(slot_);
  }

  CallSlot* slot_;
  bool entered_;
};

// A call through a guarded gate.
class GuardedCallScope : public CallScope {
 public:
  GuardedCallScope(const Gate& gate, const void* what)
      : CallScope(gate.guarded_open_, what) {}
};

// A call through a gate that is closed, but admits nested calls.
class NestedCallScope : public CallScope {
 public:
  NestedCallScope(const Gate& gate, const void* what)
      : CallScope(gate.nested_open_, what) {}
};

// A pin, which keeps the module of a gate loaded until it is destroyed, on any
// thread. Not thread-safe.
class GatePin {
 public:
  // Has no effect if the gate is closed; see taken().
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

  // Returns false if the gate was closed, and for a moved-from pin.
  bool taken() const { return pins_ != nullptr; }

 private:
  void TakeOver(GatePin& other) noexcept;
  void Release() noexcept;

  // Null if the pin has no effect.
  std::shared_ptr<Gate::Pins> pins_;
  std::list<Gate::Pin>::iterator pin_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_GATE_GATE_H_
