#include "relib/internal/before_unload.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "platform/thread_id.h"
#include "relib/internal/abi.h"

namespace relib::internal {

struct BeforeUnload::State {
  absl::Notification done;
  Failure* failure = nullptr;
};

BeforeUnload::BeforeUnload(Failure* (*invoke)(), std::atomic<uint64_t>& thread)
    : state_(std::make_shared<State>()) {
  std::thread([state = state_, invoke, &thread] {
    thread.store(platform::CurrentThreadId());
    state->failure = invoke();
    state->done.Notify();
  }).detach();
}

bool BeforeUnload::Wait(absl::Time deadline) const {
  return state_->done.WaitForNotificationWithDeadline(deadline);
}

Failure* BeforeUnload::failure() const { return state_->failure; }

}  // namespace relib::internal
