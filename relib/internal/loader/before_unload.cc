#include "relib/internal/loader/before_unload.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

struct BeforeUnload::State {
  explicit State(const std::atomic<uint64_t>& thread) : thread(thread) {}

  std::thread runner;
  const std::atomic<uint64_t>& thread;
  Failure* failure = nullptr;
  absl::Notification done;
};

BeforeUnload::BeforeUnload(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<BeforeUnload>> BeforeUnload::Start(
    std::function<Failure*()> invoke, std::atomic<uint64_t>& thread) {
  auto state = std::make_unique<State>(thread);
  // Joined rather than detached: winpthreads of mingw-w64 may reuse the data of
  // a thread that is detached while it ends.
  try {
    state->runner = std::thread(
        [state = state.get(), invoke = std::move(invoke), &thread]() mutable {
          thread.store(platform::CurrentThreadId());
          state->failure = invoke();
          // Destroyed here, before Wait() returns.
          invoke = nullptr;
          state->done.Notify();
        });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(error.what());
  }
  return absl::WrapUnique(new BeforeUnload(std::move(state)));
}

BeforeUnload::~BeforeUnload() {
  if (state_->runner.joinable()) state_->runner.join();
}

bool BeforeUnload::Wait(platform::Deadline deadline) {
  if (!state_->done.WaitForNotificationWithTimeout(deadline.left())) {
    return false;
  }
  if (!state_->runner.joinable()) return true;
  if (!platform::WaitForThreadEnd(state_->thread.load(), deadline)) {
    return false;
  }
  state_->runner.join();
  return true;
}

Failure* BeforeUnload::failure() const { return state_->failure; }

}  // namespace relib::internal
