#include "relib/internal/gate/gate.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/fork.h"
#include "platform/host/thread_id.h"
#include "platform/host/thread_pointer.h"

namespace relib::internal {

struct ThreadCalls {
  // Zero if the thread has ended and a new one may reuse this. Written by the
  // thread; it stores zero with release, so that its successor sees its writes.
  std::atomic<uint64_t> thread_id{0};
  // In the order of `next`. Modified only by the thread, and under the mutex of
  // the registry.
  std::vector<std::unique_ptr<CallChunk>> chunks;
};

namespace {

// The slots of all threads, including those that have ended: they are never
// freed, so that a reader can't meet freed ones.
struct Registry {
  // A child of fork() may make the first call of its thread.
  std::mutex mutex;
  // Guarded by `mutex`.
  std::vector<std::unique_ptr<ThreadCalls>> all;
};

Registry& GetRegistry() { return platform::ForkSafe<Registry>(); }

struct Pins {
  // Guards the pins of all gates.
  std::mutex mutex;
};

std::mutex& PinsMutex() { return platform::ForkSafe<Pins>().mutex; }

// Created before the program can fork: a child that is forked during the first
// use would wait for its end forever.
[[maybe_unused]] const Registry& registry_at_start = GetRegistry();
[[maybe_unused]] const std::mutex& pins_mutex_at_start = PinsMutex();

// Returns the chunk that contains `slot` or that ends there.
CallChunk* ChunkOf(CallSlot* slot) {
  auto* last = reinterpret_cast<char*>(slot) - 1;
  return reinterpret_cast<CallChunk*>(last - reinterpret_cast<uintptr_t>(last) %
                                                 alignof(CallChunk));
}

// Returns the calls of the calling thread, or null before its first call.
const ThreadCalls* CurrentCalls() {
  auto* slot = static_cast<CallSlot*>(platform::ThreadPointer());
  return slot == nullptr ? nullptr : ChunkOf(slot)->owner;
}

CallChunk* AddChunk(ThreadCalls& calls) {
  CallChunk* chunk =
      calls.chunks.emplace_back(std::make_unique<CallChunk>()).get();
  chunk->owner = &calls;
  return chunk;
}

// Frees the slots of a thread that ends. Takes no lock, because little may be
// used so late in the life of a thread.
void ReleaseThread() {
  auto* slot = static_cast<CallSlot*>(platform::ThreadPointer());
  if (slot == nullptr) return;
  platform::SetThreadPointer(nullptr);
  ThreadCalls* calls = ChunkOf(slot)->owner;
  // The thread may have ended in the middle of calls, by pthread_exit().
  for (const auto& chunk : calls->chunks) {
    for (CallSlot& left : chunk->running) {
      if (left.load(std::memory_order_relaxed) == nullptr) break;
      left.store(nullptr, std::memory_order_release);
    }
  }
  calls->thread_id.store(0, std::memory_order_release);
}

ThreadCalls& RegisterThread() {
  const uint64_t id = platform::CurrentThreadId();
  // If this fails for lack of memory, no later thread reuses the slots, and
  // calls that the thread leaves by pthread_exit() count forever.
  static_cast<void>(platform::AtThreadEnd(ReleaseThread));
  Registry& registry = GetRegistry();
  const std::lock_guard lock(registry.mutex);
  for (const auto& calls : registry.all) {
    // Only a thread that holds the mutex changes it from zero.
    if (calls->thread_id.load(std::memory_order_acquire) == 0) {
      calls->thread_id.store(id, std::memory_order_relaxed);
      return *calls;
    }
  }
  ThreadCalls& calls =
      *registry.all.emplace_back(std::make_unique<ThreadCalls>());
  AddChunk(calls);
  calls.thread_id.store(id, std::memory_order_relaxed);
  return calls;
}

}  // namespace

CallSlot* MakeFreeSlot(CallSlot* slot) noexcept {
  if (slot == nullptr) return RegisterThread().chunks.front()->running;
  CallChunk* chunk = ChunkOf(slot);
  if (chunk->next == nullptr) {
    const std::lock_guard lock(GetRegistry().mutex);
    chunk->next = AddChunk(*chunk->owner);
  }
  return chunk->next->running;
}

size_t ThreadCallsCount() {
  Registry& registry = GetRegistry();
  const std::lock_guard lock(registry.mutex);
  return registry.all.size();
}

std::vector<Gate::User> Gate::Users() const {
  std::vector<User> users;
  {
    Registry& registry = GetRegistry();
    const std::lock_guard lock(registry.mutex);
    for (const auto& calls : registry.all) {
      for (const auto& chunk : calls->chunks) {
        for (const CallSlot& slot : chunk->running) {
          // Acquire: pairs with the end of the call.
          const void* what = slot.load(std::memory_order_acquire);
          if (what == nullptr || !Covers(what)) continue;
          users.push_back(
              {.what = what,
               .thread_id = calls->thread_id.load(std::memory_order_relaxed)});
        }
      }
    }
  }
  // A pin is taken under this mutex, after the check that the gate is open: it
  // is refused because the gate is closed, or is seen here.
  const std::lock_guard lock(PinsMutex());
  for (const Pin& pin : *pins_) {
    users.push_back({.what = nullptr, .thread_id = pin.thread_id});
  }
  return users;
}

bool Gate::CalledByThisThread() const {
  const ThreadCalls* calls = CurrentCalls();
  if (calls == nullptr) return false;
  return std::any_of(
      calls->chunks.begin(), calls->chunks.end(), [this](const auto& chunk) {
        return std::any_of(std::begin(chunk->running), std::end(chunk->running),
                           [this](const CallSlot& slot) {
                             const void* what =
                                 slot.load(std::memory_order_relaxed);
                             return what != nullptr && Covers(what);
                           });
      });
}

bool Gate::PinnedOnThisStack() const {
  std::vector<const void*> holders;
  {
    const std::lock_guard lock(PinsMutex());
    for (const Pin& pin : *pins_) holders.push_back(pin.holder);
  }
  return std::any_of(holders.begin(), holders.end(), [](const void* holder) {
    return platform::LiesOnThisStack(holder);
  });
}

std::vector<Gate::User> Gate::WaitForUsers(platform::Deadline deadline) const {
  std::vector<User> users = Users();
  if (users.empty() || CalledByThisThread() || PinnedOnThisStack())
    return users;
  // Most calls end within microseconds, the others take long: start with short
  // waits.
  absl::Duration pause = absl::Microseconds(20);
  while (!users.empty()) {
    const absl::Duration left = deadline.left();
    if (left == absl::ZeroDuration()) break;
    absl::SleepFor(std::min(pause, left));
    pause = std::min(pause * 2, absl::Milliseconds(2));
    users = Users();
  }
  return users;
}

GatePin::GatePin(const Gate& gate) {
  // Avoids the mutex, which the unloading thread polls for pins.
  if (!gate.is_open()) return;
  const uint64_t thread_id = platform::CurrentThreadId();
  const std::lock_guard lock(PinsMutex());
  if (!gate.is_open()) return;
  pin_ = gate.pins_->insert(gate.pins_->end(),
                            {.holder = this, .thread_id = thread_id});
  pins_ = gate.pins_;
}

void GatePin::TakeOver(GatePin& other) noexcept {
  pins_ = std::move(other.pins_);
  if (pins_ == nullptr) return;
  pin_ = other.pin_;
  const uint64_t thread_id = platform::CurrentThreadId();
  const std::lock_guard lock(PinsMutex());
  *pin_ = {.holder = this, .thread_id = thread_id};
}

void GatePin::Release() noexcept {
  const std::shared_ptr<Gate::Pins> pins = std::move(pins_);
  if (pins == nullptr) return;
  const std::lock_guard lock(PinsMutex());
  pins->erase(pin_);
}

}  // namespace relib::internal
