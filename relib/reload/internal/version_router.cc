#include "relib/reload/internal/version_router.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/deadline.h"
#include "relib/errors.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {
namespace {

// References to a gate whose slots no version uses: those of ReusableSlots.
constexpr long kUnusedReferences = 2;

}  // namespace

VersionRouter::VersionRouter(CallPauser& pauser, SlotsFactory make_slots)
    : pauser_(pauser), make_slots_(std::move(make_slots)) {}

GateAndSlots VersionRouter::AcquireSlots(const std::vector<bool>& has) {
  for (ReusableSlots& slots : reusable_) {
    if (slots.has != has || slots.parts.gate.use_count() != kUnusedReferences) {
      continue;
    }
    slots.parts.gate->Reuse();
    return slots.parts;
  }
  return reusable_
      .emplace_back(ReusableSlots{.parts = make_slots_(this), .has = has})
      .parts;
}

absl::Status VersionRouter::TryOut(const ModuleGate& gate,
                                   absl::FunctionRef<absl::Status()> function) {
  const auto set = [this](const ModuleGate* tried_out) {
    const absl::MutexLock lock(pauser_.mutex_);
    tried_out_ = tried_out;
    tried_out_by_ = std::this_thread::get_id();
  };
  set(&gate);
  const absl::Cleanup done = [&] { set(nullptr); };
  return function();
}

void VersionRouter::Publish(const GateAndSlots& current) {
  std::shared_ptr<ModuleGate> old;
  {
    const absl::MutexLock lock(pauser_.mutex_);
    old = std::exchange(gate_, current.gate);
    if (old != nullptr) old->Retire();
    if (gate_ != nullptr) gate_->Admit();
    slots_.store(current.slots.get(), std::memory_order_release);
  }
  if (old != nullptr) old->Close();
}

const void* VersionRouter::CurrentEntry(const ModuleGate& gate,
                                        const void* entry) const {
  const auto offset =
      static_cast<const char*>(entry) - static_cast<const char*>(gate.begin());
  return static_cast<const char*>(gate_->begin()) + offset;
}

Detour VersionRouter::Route(const ModuleGate& gate, const void* entry) {
  const absl::MutexLock lock(pauser_.mutex_);
  if (tried_out_ == &gate && tried_out_by_ == std::this_thread::get_id()) {
    return {.entry = entry, .way = Detour::Way::kUngated};
  }
  while (pauser_.paused_) {
    if (!pauser_.IsAwaited()) {
      if (pauser_.paused_by_ == std::this_thread::get_id()) {
        return {.status = MakeError(
                    CallError::kUnloading,
                    "this thread is migrating states to another version of the "
                    "module, and the call would wait for itself; in the "
                    "function given to SetFirstCall(), call the exports that "
                    "it is passed instead of exports()")};
      }
      pauser_.mutex_.Await(absl::Condition(&pauser_, &CallPauser::HasEnded));
    } else if (!pauser_.admits_nested_calls_) {
      pauser_.mutex_.Await(
          absl::Condition(&pauser_, &CallPauser::AdmitsOrHasEnded));
    } else if (gate_ == nullptr) {
      break;
    } else {
      // The pause waits for this thread, which must not wait for the pause.
      return {
          .entry = CurrentEntry(gate, entry),
          .way = gate_->is_open() ? Detour::Way::kGate : Detour::Way::kNested};
    }
  }
  // If the gate of the current version is closed although calls are not
  // paused, the program has unloaded that version itself.
  if (gate_ == nullptr || (gate_.get() == &gate && !gate.is_open())) {
    return {.status = MakeError(CallError::kUnloading,
                                "the Reloader has no running version of the "
                                "module: it was stopped")};
  }
  return {.entry = CurrentEntry(gate, entry)};
}

bool CallPauser::Pause(std::vector<std::shared_ptr<ModuleGate>> gates,
                       platform::Deadline deadline) {
  {
    const absl::MutexLock lock(mutex_);
    paused_ = true;
    paused_by_ = std::this_thread::get_id();
    closed_ = std::move(gates);
  }
  for (const auto& gate : closed_) gate->Close();
  while (true) {
    AdmitNestedCalls();
    if (!WaitForCalls(deadline)) return false;
    RefuseNestedCalls();
    // A nested call may have begun after its gate was found empty.
    const bool all_have_ended =
        std::all_of(closed_.begin(), closed_.end(),
                    [](const auto& gate) { return gate->Users().empty(); });
    if (all_have_ended) return true;
  }
}

void CallPauser::Resume(bool reopen) {
  RefuseNestedCalls();
  const absl::MutexLock lock(mutex_);
  if (reopen) {
    for (const auto& gate : closed_) gate->Open();
  }
  closed_.clear();
  paused_ = false;
}

void CallPauser::AdmitNestedCalls() {
  for (const auto& gate : closed_) gate->OpenForNestedCalls();
  const absl::MutexLock lock(mutex_);
  admits_nested_calls_ = true;
}

void CallPauser::RefuseNestedCalls() {
  {
    const absl::MutexLock lock(mutex_);
    admits_nested_calls_ = false;
  }
  for (const auto& gate : closed_) gate->CloseForNestedCalls();
}

bool CallPauser::WaitForCalls(platform::Deadline deadline) const {
  // Users first: their calls may continue into the modules that they use.
  for (auto gate = closed_.rbegin(); gate != closed_.rend(); ++gate) {
    if (!(*gate)->WaitForUsers(deadline).empty()) return false;
  }
  return true;
}

bool CallPauser::IsAwaited() const {
  return std::any_of(closed_.begin(), closed_.end(), [](const auto& gate) {
    return gate->CalledByThisThread();
  });
}

}  // namespace relib::internal
