#include "relib/reload/internal/switchboard.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "relib/errors.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {
namespace {

// Those of an Entrance alone.
constexpr long kOwnReferences = 2;

}  // namespace

Line::Line(Switchboard& board, EntranceMaker make)
    : board_(board), make_(std::move(make)) {}

GateAndSlots Line::Enter(const std::vector<bool>& has) {
  for (Entrance& entrance : entrances_) {
    if (entrance.has != has ||
        entrance.parts.gate.use_count() != kOwnReferences) {
      continue;
    }
    entrance.parts.gate->Reuse();
    return entrance.parts;
  }
  return entrances_.emplace_back(Entrance{.parts = make_(this), .has = has})
      .parts;
}

absl::Status Line::TryOut(const ModuleGate& gate,
                          absl::FunctionRef<absl::Status()> function) {
  const auto set = [this](const ModuleGate* tried_out) {
    const absl::MutexLock lock(board_.mutex_);
    tried_out_ = tried_out;
    tried_by_ = std::this_thread::get_id();
  };
  set(&gate);
  absl::Status status = function();
  set(nullptr);
  return status;
}

void Line::Publish(const GateAndSlots& entrance) {
  std::shared_ptr<ModuleGate> old;
  {
    const absl::MutexLock lock(board_.mutex_);
    old = std::exchange(gate_, entrance.gate);
    if (old != nullptr) old->Retire();
    if (gate_ != nullptr) gate_->Admit();
    slots_.store(entrance.slots.get(), std::memory_order_release);
  }
  if (old != nullptr) old->Close();
}

Detour Line::Route(const ModuleGate& gate, const void* entry) {
  const absl::MutexLock lock(board_.mutex_);
  const bool is_tried_out =
      tried_out_ == &gate && tried_by_ == std::this_thread::get_id();
  if (is_tried_out || (board_.paused_ && board_.IsAwaited())) {
    return {.entry = entry, .is_inside = true};
  }
  if (board_.paused_ && board_.paused_by_ == std::this_thread::get_id()) {
    return {.status = MakeError(
                CallError::kUnloading,
                "this thread is carrying states over to another version of the "
                "module, and the call would wait for that: a first call goes "
                "by what SetFirstCall() hands it, not by exports()")};
  }
  board_.mutex_.Await(absl::Condition(
      +[](Switchboard* board) ABSL_EXCLUSIVE_LOCKS_REQUIRED(board->mutex_) {
        return !board->paused_;
      },
      &board_));
  // Nobody closes the gate of the version that runs but Pause(); a program
  // that unloads that version itself is told so.
  if (gate_ == nullptr || (gate_.get() == &gate && !gate.is_open())) {
    return {.status = MakeError(CallError::kUnloading,
                                "the Reloader has no version of the module "
                                "that runs: it was stopped")};
  }
  const auto offset =
      static_cast<const char*>(entry) - static_cast<const char*>(gate.begin());
  return {.entry = static_cast<const char*>(gate_->begin()) + offset};
}

bool Switchboard::Pause(std::vector<std::shared_ptr<ModuleGate>> gates,
                        absl::Time deadline) {
  {
    const absl::MutexLock lock(mutex_);
    paused_ = true;
    paused_by_ = std::this_thread::get_id();
    closed_ = gates;
  }
  for (const auto& gate : gates) gate->Close();
  // Users before what they use: their calls go on into it.
  for (auto gate = gates.rbegin(); gate != gates.rend(); ++gate) {
    if (!(*gate)->WaitForUsers(deadline).empty()) return false;
  }
  return true;
}

void Switchboard::Resume(bool reopen) {
  const absl::MutexLock lock(mutex_);
  if (reopen) {
    for (const auto& gate : closed_) gate->Open();
  }
  closed_.clear();
  paused_ = false;
}

bool Switchboard::IsAwaited() const {
  return std::any_of(closed_.begin(), closed_.end(), [](const auto& gate) {
    return gate->CalledByThisThread();
  });
}

}  // namespace relib::internal
