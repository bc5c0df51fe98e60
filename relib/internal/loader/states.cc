// Attaches states to a module and detaches them; runs the module's code for
// them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/crash_guard.h"
#include "platform/host/module_resources.h"
#include "platform/host/stack_walker.h"
#include "relib/backtrace.h"
#include "relib/errors.h"
#include "relib/internal/failure/failure.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/translate.h"
#include "relib/internal/states/module_state.h"
#include "relib/internal/trace/trace.h"

namespace relib::internal {

absl::Status LoadedModule::AttachStates() {
  absl::Status status;
  size_t prepared = 0;
  for (; prepared < states_.size(); ++prepared) {
    status = states_[prepared]->Prepare(*this);
    if (!status.ok()) break;
  }
  if (status.ok()) {
    for (const auto& state : states_) {
      state->Commit(*this);
      state->DestroyOld();
    }
    return status;
  }
  for (size_t i = 0; i < prepared; ++i) states_[i]->Abandon(*this);
  return WithContext(
      LoadError::kState, status,
      absl::StrCat(path_, " can't have a state: ", status.message()));
}

absl::Status LoadedModule::DetachStates() {
  for (const auto& state : states_) {
    const absl::StatusOr<bool> was_here = state->DetachFrom(*this);
    if (!was_here.ok()) {
      absl::Status status = was_here.status();
      if (const absl::Status back = ReattachStates(); !back.ok()) {
        status =
            absl::Status(status.code(),
                         absl::StrCat(status.message(), "; ", back.message()));
      }
      return status;
    }
    if (*was_here) detached_states_.push_back(state);
  }
  return absl::OkStatus();
}

absl::Status LoadedModule::ReattachStates() {
  absl::Status status;
  for (const auto& state : std::exchange(detached_states_, {})) {
    const absl::Status prepared = state->Prepare(*this);
    if (prepared.ok()) state->Commit(*this);
    status.Update(prepared);
  }
  return status;
}

absl::Status LoadedModule::RunStateCode(
    absl::FunctionRef<Failure*()> function) const {
  Failure* failure = nullptr;
  platform::Crash crash;
  const auto who = [this] {
    return absl::StrCat("code of ", path_, " for a state");
  };
  if (!RunGuarded([&] { failure = function(); }, crash)) {
    return CrashError(CallError::kCrashed, crash, who());
  }
  if (failure == nullptr) return absl::OkStatus();
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status =
      MakeError(CallError::kException,
                absl::StrCat(who(), " threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

std::string LoadedModule::DescribeAddress(const void* address) const {
  // Pointers to a module that stays loaded are fine.
  if (!unloading_) return "";
  const auto at = reinterpret_cast<uintptr_t>(address);
  if (platform::ImageAt(reinterpret_cast<uintptr_t>(descriptor_))
          .Contains(at)) {
    // Plus one, because backtraces hold return addresses.
    const std::vector<BacktraceFrame> frames = MakeBacktrace({at + 1}).frames();
    const std::string name = frames.empty() ? "" : frames.back().function;
    return absl::StrCat(name.empty() ? "something" : name, " of ", path_);
  }
  if (resources_->OwnsMemory(address)) {
    return absl::StrCat("the heap of ", path_);
  }
  return "";
}

}  // namespace relib::internal
