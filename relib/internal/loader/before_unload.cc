#include "relib/internal/loader/before_unload.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/thread_id.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

struct BeforeUnload::State {
  explicit State(const std::atomic<uint64_t>& thread) : thread(thread) {}

  std::thread runner;
  const std::atomic<uint64_t>& thread;
  Failure* failure = nullptr;
  // Set right after `failure`. If threads of the module keep the processors
  // busy, the notification may follow much later.
  std::atomic<bool> returned = false;
  absl::Notification done;
};

BeforeUnload::BeforeUnload(std::function<Failure*()> invoke,
                           std::atomic<uint64_t>& thread)
    : state_(std::make_unique<State>(thread)) {
  // Joined rather than detached: winpthreads of mingw-w64 may reuse the data of
  // a thread that is detached while it ends.
  state_->runner = std::thread(
      [state = state_.get(), invoke = std::move(invoke), &thread]() mutable {
        thread.store(platform::CurrentThreadId());
        state->failure = invoke();
        state->returned.store(true, std::memory_order_release);
        // Destroyed here, before Wait() returns.
        invoke = nullptr;
        state->done.Notify();
      });
}

BeforeUnload::~BeforeUnload() = default;

bool BeforeUnload::Wait(absl::Time deadline) {
  if (!state_->done.WaitForNotificationWithDeadline(deadline) &&
      !state_->returned.load(std::memory_order_acquire)) {
    return false;
  }
  if (!state_->runner.joinable()) return true;
  if (!platform::WaitForThreadEnd(
          state_->thread.load(),
          std::max(deadline, absl::Now() + absl::Seconds(1)))) {
    return false;
  }
  state_->runner.join();
  return true;
}

Failure* BeforeUnload::failure() const { return state_->failure; }

}  // namespace relib::internal
