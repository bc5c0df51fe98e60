#include "relib/internal/before_unload.h"

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "platform/thread_id.h"
#include "relib/internal/abi.h"

namespace relib::internal {

struct BeforeUnload::State {
  absl::Notification started;
  absl::Notification done;
  uint64_t thread = 0;
  Failure* failure = nullptr;
};

BeforeUnload::BeforeUnload(Failure* (*invoke)())
    : state_(std::make_shared<State>()) {
  std::thread([state = state_, invoke] {
    state->thread = platform::CurrentThreadId();
    state->started.Notify();
    state->failure = invoke();
    state->done.Notify();
  }).detach();
  state_->started.WaitForNotification();
}

bool BeforeUnload::Wait(absl::Time deadline) const {
  return state_->done.WaitForNotificationWithDeadline(deadline);
}

uint64_t BeforeUnload::thread() const { return state_->thread; }

Failure* BeforeUnload::failure() const { return state_->failure; }

}  // namespace relib::internal
