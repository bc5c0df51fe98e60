#include "relib/reload/internal/module_updater.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/checks.h"
#include "relib/state/state_base.h"

namespace relib::internal {
namespace {

using Kind = ReloadEvent::Kind;

constexpr absl::Duration kSwitchRetryPause = absl::Milliseconds(20);

}  // namespace

Member& ModuleUpdater::Add(VersionRouter::SlotsFactory make_slots) {
  return *members_.emplace_back(
      std::make_unique<Member>(pauser_, std::move(make_slots)));
}

ReloadableVersion* ModuleUpdater::Link(size_t member) {
  if (loading_ != nullptr) return loading_->Link(member);
  return members_[member]->current.version.get();
}

absl::Status ModuleUpdater::LoadInto(
    Transaction& transaction, const std::vector<VersionSource>& sources) {
  absl::Status status;
  {
    loading_ = &transaction;
    const absl::Cleanup done = [this] { loading_ = nullptr; };
    status = transaction.LoadCandidates(sources);
  }
  if (status.ok()) status = transaction.CheckStates();
  return status;
}

bool ModuleUpdater::LoadNewFiles(const NewFiles& files) {
  AbandonPending();
  const std::vector<VersionSource> sources = ChangedMembers(members_);
  if (sources.empty()) {
    if (ReportStaleLibraries(files)) return true;
    const bool crashed = std::any_of(
        members_.begin(), members_.end(),
        [](const auto& member) { return member->crashed != nullptr; });
    if (!crashed) status_ = absl::OkStatus();
    reporter_.Report(
        MakeEvent(Kind::kUnchanged, files, VersionOfLast(members_)));
    return true;
  }

  Transaction transaction(context_, files, Kind::kReloaded);
  const absl::Status status = LoadInto(transaction, sources);
  if (status.ok()) {
    pending_ = std::move(transaction);
    TrySwitch();
    return true;
  }
  const bool try_again =
      platform::MonotonicTime::Now() < files.patience_ends &&
      MayBeIncomplete(status, /*was_built=*/files.build.has_value());
  if (!try_again) ReportLoadFailure(status, transaction);
  transaction.Abandon(retired_);
  return !try_again;
}

bool ModuleUpdater::ReportStaleLibraries(const NewFiles& files) {
  for (const auto& member : members_) {
    if (member->current.version == nullptr) continue;
    const absl::Status status =
        member->current.version->loaded().CheckLibraries();
    if (status.ok()) continue;
    status_ = status;
    ReloadEvent event =
        MakeEvent(Kind::kLoadFailed, files, VersionOfLast(members_));
    event.module = member->module;
    event.status = status;
    reporter_.Report(event);
    return true;
  }
  return false;
}

void ModuleUpdater::ReportLoadFailure(const absl::Status& status,
                                      const Transaction& failed) {
  first_is_decided_ = true;
  status_ = status;
  ReloadEvent event =
      MakeEvent(Kind::kLoadFailed, failed.files(), VersionOfLast(members_));
  event.status = status;
  for (const Transaction::Candidate& candidate : failed.candidates()) {
    event.load_time += candidate.load_time;
  }
  reporter_.Report(event);
  if (options_.on_incompatible && IsInterfaceMismatch(status)) {
    reporter_.Run([&] { options_.on_incompatible(status); });
  }
}

void ModuleUpdater::TrySwitch() {
  if (!pending_.has_value() ||
      platform::MonotonicTime::Now() < pending_->next_attempt)
    return;
  Transaction transaction = *std::exchange(pending_, std::nullopt);
  if (!transaction.Pause()) {
    DelaySwitch(std::move(transaction));
    return;
  }
  const absl::Status status = transaction.Prepare();
  if (!status.ok()) {
    ReportLoadFailure(status, transaction);
    transaction.Abandon(retired_);
    return;
  }
  std::vector<NumberedVersion> old = transaction.Publish();
  FinishSwitch(transaction, std::move(old));
}

void ModuleUpdater::DelaySwitch(Transaction transaction) {
  transaction.next_attempt = platform::MonotonicTime::Now() + kSwitchRetryPause;
  if (!std::exchange(transaction.delay_was_reported, true)) {
    reporter_.Report(transaction.DelayEvent());
  }
  // The callback may have caused another transaction.
  if (!pending_.has_value()) pending_ = std::move(transaction);
}

void ModuleUpdater::FinishSwitch(const Transaction& transaction,
                                 std::vector<NumberedVersion> old) {
  first_is_decided_ = true;
  const bool is_reload = transaction.kind() == Kind::kReloaded;
  if (is_reload && !transaction.files().outdated) status_ = absl::OkStatus();
  // Users are retired first.
  for (size_t i = transaction.candidates().size(); i-- > 0;) {
    const size_t index = transaction.candidates()[i].source.member;
    Member& member = *members_[index];
    NumberedVersion& version = old[i];
    if (version.version != nullptr && options_.crash_guard &&
        !version.version->loaded().is_poisoned()) {
      member.good =
          Member::GoodVersion{.file = version.version->loaded().private_copy(),
                              .number = version.number};
    }
    if (is_reload) member.crashed = nullptr;
    retired_.Add(index, std::move(version));
  }
  for (const Transaction::Candidate& candidate : transaction.candidates()) {
    reporter_.Report(transaction.SuccessEvent(candidate));
  }
}

void ModuleUpdater::HandleCrashes() {
  for (size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[i];
    if (member.current.version == nullptr || member.crash_was_reported ||
        !member.current.version->loaded().is_poisoned()) {
      continue;
    }
    member.crash_was_reported = true;
    member.crashed = member.current.version->loaded().private_copy();
    status_ = member.current.version->loaded().first_crash();
    if (status_.ok()) {
      status_ = absl::AbortedError(
          absl::StrCat(member.module, " crashed outside of a call"));
    }
    ReloadEvent event;
    event.kind = Kind::kCrashed;
    event.module = member.module;
    event.version = member.current.number;
    event.status = status_;
    reporter_.Report(event);
    RollBack(i);
  }
}

void ModuleUpdater::RollBack(size_t member) {
  // The new version that waits to take over replaces the crashed one as well.
  if (pending_.has_value()) return;
  Transaction transaction(
      context_,
      NewFiles{
          .changes = {.files = {}, .since = platform::MonotonicTime::Now()}},
      Kind::kRolledBack);
  const std::optional<Member::GoodVersion> good =
      std::exchange(members_[member]->good, std::nullopt);
  absl::Status status;
  if (good.has_value()) {
    status =
        LoadInto(transaction, WithUsers(members_, {{.member = member,
                                                    .path = good->file->library,
                                                    .number = good->number,
                                                    .copy = good->file}}));
  } else {
    status = absl::FailedPreconditionError(absl::StrCat(
        members_[member]->module,
        " has no earlier version to go back to; calls are refused until there "
        "is a new version"));
  }
  if (!status.ok()) {
    ReloadEvent event = MakeEvent(Kind::kLoadFailed, transaction.files(),
                                  VersionOfLast(members_));
    event.module = members_[member]->module;
    event.status = status;
    reporter_.Report(event);
    transaction.Abandon(retired_);
    return;
  }
  pending_ = std::move(transaction);
  TrySwitch();
}

absl::Status ModuleUpdater::Checkpoint() {
  std::set<size_t> members;
  for (size_t i = 0; i < members_.size(); ++i) members.insert(i);
  if (!calls_.Pause(members, options_.switch_deadline)) {
    return absl::UnavailableError(
        absl::StrCat("no checkpoint can be made while calls run (",
                     calls_.DescribeUsers(members), ")"));
  }
  const absl::Cleanup resume = [this] { calls_.Resume(/*reopen=*/true); };
  absl::Status status;
  for (const auto& member : members_) {
    for (StateBase* state : member->states) {
      if (!state->has_value() ||
          (member->current.version != nullptr &&
           member->current.version->loaded().is_poisoned())) {
        continue;
      }
      status.Update(state->Checkpoint().status());
    }
  }
  return status;
}

void ModuleUpdater::AbandonPending() {
  if (!pending_.has_value()) return;
  Transaction transaction = *std::exchange(pending_, std::nullopt);
  transaction.Abandon(retired_);
}

void ModuleUpdater::RetireAll() {
  AbandonPending();
  for (size_t i = members_.size(); i-- > 0;) {
    Member& member = *members_[i];
    member.router.Publish({});
    retired_.Add(i, std::exchange(member.current, NumberedVersion()));
    member.good.reset();
    member.crashed = nullptr;
    member.prepared = nullptr;
  }
}

platform::MonotonicTime ModuleUpdater::NextDeadline() const {
  const platform::MonotonicTime next = retired_.NextAttempt();
  return pending_.has_value() ? std::min(next, pending_->next_attempt) : next;
}

}  // namespace relib::internal
