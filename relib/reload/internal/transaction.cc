#include "relib/reload/internal/transaction.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/monotonic_time.h"
#include "relib/errors.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/thrown_status.h"
#include "relib/state/checkpoint.h"
#include "relib/state/internal/core/state_core.h"
#include "relib/state/state_base.h"

namespace relib::internal {
namespace {

absl::Status StateError(const Member& member, const StateBase& state,
                        const absl::Status& status) {
  return WithContext(LoadError::kState, status,
                     absl::StrCat(member.module, " can't take over the state ",
                                  state.name(), ": ", status.message()));
}

}  // namespace

class Transaction::StateRollback {
 public:
  StateRollback() = default;
  StateRollback(const StateRollback&) = delete;
  StateRollback& operator=(const StateRollback&) = delete;
  ~StateRollback() { Run(); }

  void Add(StateBase* state, std::optional<StateCheckpoint> checkpoint) {
    states_.emplace_back(state, std::move(checkpoint));
  }

  void Run() {
    for (auto& [state, checkpoint] : states_) {
      StateBaseAccess::Core(*state).Revert();
      // There is a checkpoint only if the new version has used the same object,
      // because the layout is the same.
      if (checkpoint.has_value()) {
        state->Restore(*checkpoint).status().IgnoreError();
      }
    }
    states_.clear();
  }

  // The candidates keep the states.
  void Dismiss() { states_.clear(); }

 private:
  std::vector<std::pair<StateBase*, std::optional<StateCheckpoint>>> states_;
};

std::set<size_t> Transaction::MemberIndices() const {
  std::set<size_t> members;
  for (const Candidate& candidate : candidates_) {
    members.insert(candidate.source.member);
  }
  return members;
}

absl::Status Transaction::LoadCandidates(
    const std::vector<VersionSource>& sources) {
  for (const VersionSource& source : sources) {
    absl::Status status = LoadCandidate(source);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Transaction::LoadCandidate(const VersionSource& source) {
  Candidate candidate{.source = source};
  Member& member = MemberOf(candidate);
  VersionRequest request{.path = source.path,
                         .name = member.path,
                         .acquire_slots =
                             [&](const std::vector<bool>& has) {
                               candidate.slots =
                                   member.router.AcquireSlots(has);
                               return candidate.slots;
                             },
                         .options = context_->options.load};
  request.options.private_copy = true;
  request.options.crash_guard |= context_->options.crash_guard;

  const platform::MonotonicTime begin = platform::MonotonicTime::Now();
  loading_ = source.member;
  const absl::Cleanup done = [this] { loading_.reset(); };
  absl::StatusOr<std::unique_ptr<ReloadableVersion>> version;
  try {
    version = member.load(std::move(request));
  } catch (...) {
    return ThrownStatus(
        absl::StrCat("loading ", member.module, " or making its imports"));
  }
  if (!version.ok()) return version.status();
  candidate.load_time = platform::MonotonicTime::Now() - begin;
  candidate.version = *std::move(version);
  candidates_.push_back(std::move(candidate));
  return absl::OkStatus();
}

ReloadableVersion* Transaction::Link(size_t member) {
  if (loading_.has_value()) {
    context_->members[*loading_]->uses.insert(member);
    for (const Candidate& candidate : candidates_) {
      if (candidate.source.member == member) return candidate.version.get();
    }
  }
  return context_->members[member]->current.version.get();
}

absl::Status Transaction::CheckStates() {
  for (const Candidate& candidate : candidates_) {
    const Member& member = MemberOf(candidate);
    const bool is_poisoned = member.current.version != nullptr &&
                             member.current.version->loaded().is_poisoned();
    for (StateBase* state : member.states) {
      const absl::StatusOr<bool> must_pause =
          StateBaseAccess::Core(*state).Check(candidate.version->loaded());
      // The state of a module that has crashed comes from a checkpoint.
      if (!must_pause.ok() && !is_poisoned) {
        return StateError(member, *state, must_pause.status());
      }
      needs_pause_ |= is_poisoned || *must_pause ||
                      (state->has_value() &&
                       (context_->options.crash_guard || member.first_call));
    }
  }
  return absl::OkStatus();
}

bool Transaction::Pause() {
  pause_began_ = platform::MonotonicTime::Now();
  return !needs_pause_ ||
         context_->calls.Pause(MemberIndices(),
                               context_->options.switch_deadline);
}

absl::Status Transaction::Prepare() {
  absl::Cleanup undo = [this] {
    AbandonStates();
    if (needs_pause_) context_->calls.Resume(/*reopen=*/true);
  };
  absl::Status status = MigrateStates();
  if (status.ok()) status = TryOut();
  if (status.ok()) std::move(undo).Cancel();
  return status;
}

absl::Status Transaction::MigrateStates() {
  for (const Candidate& candidate : candidates_) {
    const Member& member = MemberOf(candidate);
    ReloadableVersion* const old = member.current.version.get();
    for (StateBase* state : member.states) {
      absl::Status status;
      if (old != nullptr && old->loaded().is_poisoned()) {
        status = StateBaseAccess::Core(*state).Detach(old->loaded());
      } else if (context_->options.crash_guard && old != nullptr) {
        // The checkpoint is needed if the new version crashes. If none can be
        // made, the new version may run nevertheless.
        state->Checkpoint().status().IgnoreError();
      }
      if (status.ok())
        status =
            StateBaseAccess::Core(*state).Migrate(candidate.version->loaded());
      if (!status.ok()) return StateError(member, *state, status);
    }
  }
  return absl::OkStatus();
}

void Transaction::AbandonStates() {
  for (const Candidate& candidate : candidates_) {
    for (StateBase* state : MemberOf(candidate).states)
      StateBaseAccess::Core(*state).Abandon(candidate.version->loaded());
  }
}

absl::Status Transaction::TryOut() {
  StateRollback rollback;
  absl::Status status = CommitStates(rollback);
  if (!status.ok()) return status;
  for (const Candidate& candidate : candidates_) {
    Member& member = MemberOf(candidate);
    if (!member.first_call) continue;
    status = member.router.TryOut(*candidate.slots.gate, [&] {
      try {
        return member.first_call(*candidate.version);
      } catch (...) {
        return ThrownStatus("the function given to SetFirstCall()");
      }
    });
    if (status.ok()) continue;
    return WithContext(status,
                       absl::StrCat("the first call of the new ", member.module,
                                    " failed: ", status.message()));
  }
  rollback.Dismiss();
  return absl::OkStatus();
}

absl::Status Transaction::CommitStates(StateRollback& rollback) {
  for (const Candidate& candidate : candidates_) {
    const Member& member = MemberOf(candidate);
    for (StateBase* state : member.states) {
      std::optional<StateCheckpoint> checkpoint;
      if (member.first_call && state->has_value() &&
          !StateBaseAccess::Core(*state).prepared_migration().layout_changed) {
        absl::StatusOr<StateCheckpoint> made = state->Checkpoint();
        if (!made.ok()) {
          return MakeError(
              LoadError::kState,
              absl::StrCat("can't make a checkpoint before the "
                           "first call of the new ",
                           member.module, ": ", made.status().message()));
        }
        checkpoint = *std::move(made);
      }
      StateBaseAccess::Core(*state).Commit(candidate.version->loaded());
      rollback.Add(state, std::move(checkpoint));
    }
  }
  return absl::OkStatus();
}

std::vector<NumberedVersion> Transaction::Publish() {
  std::vector<NumberedVersion> old;
  for (Candidate& candidate : candidates_) {
    Member& member = MemberOf(candidate);
    const int number = candidate.source.number != 0 ? candidate.source.number
                                                    : ++member.last_number;
    // The states keep their values when this version is unloaded.
    for (const StateBase* state : member.states) {
      candidate.version->loaded().AddState(state->module_state());
    }
    member.router.Publish(candidate.slots);
    old.push_back(std::exchange(
        member.current, NumberedVersion{.version = std::move(candidate.version),
                                        .number = number}));
    member.crash_was_reported = false;
  }
  if (needs_pause_) {
    context_->calls.Resume(/*reopen=*/false);
    pause_ = platform::MonotonicTime::Now() - pause_began_;
  }
  for (const Candidate& candidate : candidates_) {
    for (StateBase* state : MemberOf(candidate).states)
      StateBaseAccess::Core(*state).DestroyOld();
  }
  return old;
}

void Transaction::Abandon(RetiredVersions& retired) {
  for (size_t i = candidates_.size(); i-- > 0;) {
    Candidate& candidate = candidates_[i];
    candidate.slots = {};
    retired.Add(candidate.source.member,
                NumberedVersion{.version = std::move(candidate.version)});
  }
}

ReloadEvent Transaction::DelayEvent() const {
  const std::set<size_t> members = MemberIndices();
  const std::string users = context_->calls.DescribeUsers(members);
  ReloadEvent event = MakeEvent(ReloadEvent::Kind::kSwitchDelayed, files_,
                                VersionOfLast(context_->members));
  event.module = context_->members[*members.rbegin()]->module;
  event.status = absl::UnavailableError(absl::StrCat(
      "its states can be migrated only while no call runs, and calls of the "
      "running version don't return",
      users.empty() ? "" : absl::StrCat(" (", users, ")"),
      "; this is tried again"));
  return event;
}

ReloadEvent Transaction::SuccessEvent(const Candidate& candidate) const {
  const Member& member = MemberOf(candidate);
  // Only the version that has crashed is rolled back; its users are reloaded.
  ReloadEvent event = MakeEvent(
      candidate.source.number != 0 ? kind_ : ReloadEvent::Kind::kReloaded,
      files_, member.current.number);
  event.module = member.module;
  event.load_time = candidate.load_time;
  event.pause = pause_;
  for (const StateBase* state : member.states) {
    event.migrations.push_back(state->last_migration());
  }
  event.since_change = platform::MonotonicTime::Now() - files_.changes.since;
  event.overhead = event.since_change - files_.changes.waited_for_build;
  if (files_.build.has_value()) {
    event.overhead -= files_.build->ended - files_.build->started;
  }
  return event;
}

}  // namespace relib::internal
