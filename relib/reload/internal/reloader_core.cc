#include "relib/reload/internal/reloader_core.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "relib/errors.h"
#include "relib/internal/loader/private_copies.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/build_runner.h"
#include "relib/reload/internal/change_collector.h"
#include "relib/reload/internal/name_filter.h"
#include "relib/reload/options.h"
#include "relib/state/internal/core/state_core.h"

namespace relib::internal {
namespace {

using Kind = ReloadEvent::Kind;

// How often what can't be watched, or isn't complete, is looked at again.
constexpr absl::Duration kWatchAgain = absl::Milliseconds(500);
constexpr absl::Duration kLoadAgain = absl::Milliseconds(25);

// How long a file without further changes may look incomplete before that is
// reported. Linkers that write in place take a second or so.
constexpr absl::Duration kPatience = absl::Seconds(2);

constexpr absl::Duration kFirstUnloadPause = absl::Milliseconds(20);
constexpr absl::Duration kLastUnloadPause = absl::Seconds(1);
constexpr absl::Duration kSwitchAgain = absl::Milliseconds(20);

// Whether a version has crashed is looked at this often.
constexpr absl::Duration kLookForCrashes = absl::Milliseconds(20);

// The changes of sources are looked at this often while a build runs, so that
// the system needn't keep many.
constexpr absl::Duration kLookDuringBuild = absl::Milliseconds(50);
// Bounds every wait, whatever the system's clock does meanwhile.
constexpr absl::Duration kMaxWait = absl::Seconds(1);

// `path` as seen from `directory`, made absolute: the process may change its
// working directory later. A path that the system has no absolute name for
// stays as it is, and using it tells what is wrong.
std::string Absolute(const std::string& directory, const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::filesystem::path(directory) / path, error);
  return error ? path : absolute.string();
}

ReloadOptions WithAbsoluteDirectory(ReloadOptions options) {
  options.working_directory = Absolute(options.working_directory, "");
  return options;
}

absl::Status Check(const ReloadOptions& options) {
  if (!options.build.empty() && options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has a build command and nothing to watch: give `watch` "
        "the directories of the sources");
  }
  if (options.build.empty() && !options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has sources to watch and no command to build them: give "
        "it `build`, or leave `watch` empty to watch the file of the module");
  }
  return absl::OkStatus();
}

// True if a file that is being written may answer so. After a build it is
// complete, and only somebody else may be writing.
bool MayBeIncomplete(const absl::Status& status, bool was_built) {
  switch (LoadErrorOf(status).value_or(LoadError::kIncompatible)) {
    case LoadError::kChangedWhileLoading:
      return true;
    case LoadError::kNotFound:
    case LoadError::kNotAModule:
    case LoadError::kLoaderFailed:
    case LoadError::kCopyFailed:
      return !was_built;
    default:
      return false;
  }
}

// The module was built for another version of the header that it shares with
// the program.
bool IsOfAnotherInterface(const absl::Status& status) {
  switch (LoadErrorOf(status).value_or(LoadError::kNotFound)) {
    case LoadError::kIncompatible:
    case LoadError::kMissingExport:
    case LoadError::kMissingImport:
    case LoadError::kSignatureMismatch:
      return true;
    default:
      return false;
  }
}

}  // namespace

ReloaderCore::ReloaderCore(ReloadOptions options)
    : options_(WithAbsoluteDirectory(std::move(options))),
      options_status_(Check(options_)),
      build_(options_.build, options_.working_directory) {}

ReloaderCore::~ReloaderCore() {
  RetireAll();
  // In this order: users before what they use.
  for (Retired& retired : retired_) retired.loaded.version.reset();
}

size_t ReloaderCore::Add(const std::string& module,
                         Line::EntranceMaker make_entrance, VersionLoader load,
                         std::vector<StateBase*> states) {
  auto member = std::make_unique<Member>(board_, std::move(make_entrance));
  member->module = module;
  member->path = Absolute(options_.working_directory, module);
  member->load = std::move(load);
  member->states = std::move(states);
  members_.push_back(std::move(member));
  if (module.empty()) {
    options_status_.Update(absl::InvalidArgumentError(
        "ReloadOptions::module is empty: give it the file that the build "
        "makes"));
  }
  if (!options_.module.empty() && module != options_.module) {
    options_status_.Update(absl::InvalidArgumentError(
        "ReloadOptions::module isn't for a Group: its modules come from "
        "Add()"));
  }
  if (started_) {
    ReloadEvent event;
    event.kind = Kind::kLoadFailed;
    event.module = module;
    event.status = absl::FailedPreconditionError(
        absl::StrCat(module,
                     " was added after the first Poll(): add it before "
                     "that"));
    members_.back()->load = nullptr;
    Report(event);
  }
  return members_.size() - 1;
}

ReloadableVersion* ReloaderCore::Used(size_t member) {
  if (!loading_.has_value()) return current(member);
  members_[*loading_]->uses.insert(member);
  for (const Candidate& candidate : loading_with_->candidates) {
    if (candidate.source.member == member) return candidate.version.get();
  }
  return current(member);
}

bool ReloaderCore::Poll(absl::Duration wait) {
  if (busy_ || stopped_) return false;
  busy_ = true;
  const absl::Cleanup done = [this] { busy_ = false; };
  events_ = 0;
  const absl::Time deadline = absl::Now() + wait;
  while (true) {
    Step();
    if (events_ > 0) return true;
    if (absl::Now() >= deadline) return false;
    WaitForWork(deadline);
    if (events_ > 0) return true;
  }
}

absl::Status ReloaderCore::Start(absl::Duration timeout) {
  if (busy_ || stopped_) {
    return absl::FailedPreconditionError(
        busy_ ? "Start() was called inside of Poll() or Stop()"
              : "the Reloader was stopped");
  }
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    Poll(absl::ZeroDuration());
    if (AllRun()) return absl::OkStatus();
    if (first_decided_) return status_;
    const absl::Duration rest = deadline - absl::Now();
    if (rest <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(
          "the first version is still being built");
    }
    Poll(rest);
  }
}

bool ReloaderCore::BeginOnce() {
  if (std::exchange(started_, true)) return options_status_.ok();
  if (options_status_.ok() && members_.empty()) {
    options_status_ = absl::InvalidArgumentError(
        "the Group has no module: give it some with Add()");
  }
  if (!options_status_.ok()) {
    first_decided_ = true;
    status_ = options_status_;
    ReloadEvent event;
    event.kind = Kind::kWatchFailed;
    event.status = status_;
    Report(event);
    return false;
  }
  std::vector<ChangeCollector::WatchedPath> paths;
  if (builds()) {
    for (const std::string& path : options_.watch) {
      paths.push_back({path, Absolute(options_.working_directory, path)});
    }
  } else {
    for (const auto& member : members_) {
      paths.push_back({member->module, member->path});
    }
  }
  changes_.emplace(std::move(paths), NameFilter(options_.ignore),
                   options_.debounce);
  CollectChanges(absl::ZeroDuration());
  StartFirst();
  return true;
}

void ReloaderCore::Step() {
  if (!BeginOnce()) return;
  CollectChanges(absl::ZeroDuration());
  LookForCrashes();
  if (std::optional<BuildResult> result = build_.Wait(absl::ZeroDuration())) {
    FinishBuild(*std::move(result));
  }
  // Before the next build, which may touch the files.
  TryNewFile();
  if (!build_.running() && changes_->settles_at() <= absl::Now()) {
    if (builds()) {
      StartBuild(changes_->Take());
    } else {
      new_file_ = NewFile{.changes = changes_->Take(),
                          .patience_ends = absl::Now() + kPatience};
      TryNewFile();
    }
  }
  TrySwitch();
  // After a switch, the program may call the new version first.
  if (events_ == 0) {
    UnloadRetired();
    PrepareCopies();
  }
}

void ReloaderCore::CollectChanges(absl::Duration timeout) {
  if (!changes_->watching() && absl::Now() < next_watch_) return;
  const absl::Status status = changes_->Collect(timeout);
  if (status.ok()) {
    reported_watch_failure_.clear();
    return;
  }
  next_watch_ = absl::Now() + kWatchAgain;
  if (status.message() == reported_watch_failure_) return;
  reported_watch_failure_ = status.message();
  ReloadEvent event;
  event.kind = Kind::kWatchFailed;
  event.version = SomeVersion();
  event.status = status;
  Report(event);
}

void ReloaderCore::StartFirst() {
  ChangeBatch none{.files = {}, .since = absl::Now()};
  if (builds() && options_.build_on_start) {
    StartBuild(std::move(none));
  } else {
    new_file_ = NewFile{.changes = std::move(none)};
  }
}

void ReloaderCore::StartBuild(ChangeBatch changes) {
  build_changes_ = std::move(changes);
  build_.Start();
  Report(EventOf(Kind::kBuildStarted, NewFile{.changes = build_changes_}));
}

void ReloaderCore::FinishBuild(BuildResult result) {
  // What has changed while it was running is for the next build.
  CollectChanges(absl::ZeroDuration());
  changes_->BuildEnded(result.ended);

  NewFile file{.changes = std::move(build_changes_)};
  file.build = std::move(result);
  const absl::Status status = file.build->status;
  if (status.ok()) {
    file.patience_ends = absl::Now() + kPatience;
    new_file_ = std::move(file);
    return;
  }
  status_ = status;
  ReloadEvent event = EventOf(Kind::kBuildFailed, file);
  event.status = status;
  const bool all_exist =
      std::all_of(members_.begin(), members_.end(), [](const auto& member) {
        std::error_code error;
        return std::filesystem::exists(member->path, error);
      });
  if (!first_decided_ && all_exist) {
    file.build.reset();
    file.outdated = true;
    new_file_ = std::move(file);
  } else {
    first_decided_ = true;
  }
  Report(event);
}

void ReloaderCore::TryNewFile() {
  if (!new_file_.has_value() || build_.running() ||
      absl::Now() < new_file_->next_attempt) {
    return;
  }
  if (transaction_.has_value()) {
    Drop(*std::exchange(transaction_, std::nullopt));
  }
  const std::vector<Source> sources = ChangedMembers();
  if (sources.empty()) {
    const bool crashed = std::any_of(
        members_.begin(), members_.end(),
        [](const auto& member) { return member->crashed != nullptr; });
    if (!crashed) status_ = absl::OkStatus();
    Report(EventOf(Kind::kUnchanged, *std::exchange(new_file_, std::nullopt)));
    return;
  }

  Transaction transaction{.file = *new_file_};
  absl::Status status = LoadCandidates(sources, transaction);
  if (status.ok()) status = CheckStates(transaction);
  const absl::Time end = absl::Now();
  if (!status.ok() && end < new_file_->patience_ends &&
      MayBeIncomplete(status, new_file_->build.has_value())) {
    Drop(std::move(transaction));
    new_file_->next_attempt = end + kLoadAgain;
    return;
  }
  new_file_.reset();
  if (!status.ok()) {
    ReportLoadFailure(status, transaction);
    Drop(std::move(transaction));
    return;
  }
  transaction_ = std::move(transaction);
  TrySwitch();
}

std::vector<ReloaderCore::Source> ReloaderCore::ChangedMembers() {
  std::vector<Source> changed;
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& member = *members_[i];
    ReloadableVersion* const version = member.current.version.get();
    const bool is_known =
        version != nullptr &&
        (HasContentsOf(*version->loaded().private_copy(), member.path) ||
         (member.crashed != nullptr &&
          HasContentsOf(*member.crashed, member.path)));
    if (is_known || member.load == nullptr) continue;
    changed.push_back({.member = i, .path = member.path});
  }
  return WithUsers(std::move(changed));
}

std::vector<ReloaderCore::Source> ReloaderCore::WithUsers(
    std::vector<Source> sources) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& member = *members_[i];
    const auto is_replaced = [&](size_t index) {
      return std::any_of(
          sources.begin(), sources.end(),
          [&](const Source& source) { return source.member == index; });
    };
    if (is_replaced(i) || member.current.version == nullptr ||
        std::none_of(member.uses.begin(), member.uses.end(), is_replaced)) {
      continue;
    }
    // Its file may be another one by now, which is for its own turn.
    const auto& copy = member.current.version->loaded().private_copy();
    sources.push_back({.member = i, .path = copy->library, .copy = copy});
  }
  std::sort(
      sources.begin(), sources.end(),
      [](const Source& a, const Source& b) { return a.member < b.member; });
  return sources;
}

absl::Status ReloaderCore::LoadCandidates(const std::vector<Source>& sources,
                                          Transaction& transaction) {
  for (const Source& source : sources) {
    absl::Status status = LoadCandidate(source, transaction);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReloaderCore::LoadCandidate(const Source& source,
                                         Transaction& transaction) {
  Member& member = *members_[source.member];
  Candidate candidate{.source = source};
  VersionRequest request{.path = source.path,
                         .name = member.path,
                         .enter =
                             [&](const std::vector<bool>& has) {
                               candidate.entrance = member.line.Enter(has);
                               return candidate.entrance;
                             },
                         .options = options_.load};
  request.options.private_copy = true;
  request.options.crash_guard |= options_.crash_guard;

  const absl::Time begin = absl::Now();
  loading_ = source.member;
  loading_with_ = &transaction;
  absl::StatusOr<std::unique_ptr<ReloadableVersion>> version =
      member.load(std::move(request));
  loading_.reset();
  if (!version.ok()) return version.status();
  candidate.load_time = absl::Now() - begin;
  candidate.version = *std::move(version);
  transaction.candidates.push_back(std::move(candidate));
  return absl::OkStatus();
}

void ReloaderCore::ReportLoadFailure(const absl::Status& status,
                                     const Transaction& failed) {
  first_decided_ = true;
  status_ = status;
  ReloadEvent event = EventOf(Kind::kLoadFailed, failed.file);
  event.status = status;
  for (const Candidate& candidate : failed.candidates) {
    event.load_time += candidate.load_time;
  }
  Report(event);
  if (options_.on_incompatible && IsOfAnotherInterface(status)) {
    options_.on_incompatible(status);
  }
}

absl::Status ReloaderCore::CheckStates(Transaction& transaction) {
  for (const Candidate& candidate : transaction.candidates) {
    const Member& member = *members_[candidate.source.member];
    const bool is_poisoned = member.current.version != nullptr &&
                             member.current.version->loaded().is_poisoned();
    for (StateBase* state : member.states) {
      // One of a module that has crashed comes from a checkpoint.
      const absl::StatusOr<bool> must_pause =
          StateBaseAccess::Core(*state).Check(candidate.version->loaded());
      if (!must_pause.ok() && !is_poisoned) {
        return MakeError(
            LoadError::kState,
            absl::StrCat(member.module, " can't have the state ", state->name(),
                         ": ", must_pause.status().message()));
      }
      transaction.pauses |=
          is_poisoned || *must_pause ||
          (state->has_value() && (options_.crash_guard || member.first_call));
    }
  }
  return absl::OkStatus();
}

void ReloaderCore::TrySwitch() {
  if (!transaction_.has_value() || absl::Now() < transaction_->next_attempt) {
    return;
  }
  Transaction transaction = *std::exchange(transaction_, std::nullopt);
  std::set<size_t> members;
  for (const Candidate& candidate : transaction.candidates) {
    members.insert(candidate.source.member);
  }
  const absl::Time begin = absl::Now();
  if (transaction.pauses && !Pause(members)) {
    DelaySwitch(std::move(transaction));
    return;
  }
  absl::Status status = MigrateStates(transaction);
  if (!status.ok()) {
    AbandonStates(transaction);
  } else {
    status = TryOut(transaction);
  }
  if (!status.ok()) {
    if (transaction.pauses) board_.Resume(/*reopen=*/true);
    ReportLoadFailure(status, transaction);
    Drop(std::move(transaction));
    return;
  }
  std::vector<Loaded> old = Publish(transaction);
  if (transaction.pauses) board_.Resume(/*reopen=*/false);
  const absl::Duration pause =
      transaction.pauses ? absl::Now() - begin : absl::ZeroDuration();
  for (size_t member : members) {
    for (StateBase* state : members_[member]->states)
      StateBaseAccess::Core(*state).DestroyOld();
  }
  Finish(transaction, std::move(old), pause);
}

bool ReloaderCore::Pause(const std::set<size_t>& members) {
  if (board_.Pause(GatesOf(members), absl::Now() + options_.switch_deadline)) {
    return true;
  }
  board_.Resume(/*reopen=*/true);
  return false;
}

std::vector<std::shared_ptr<ModuleGate>> ReloaderCore::GatesOf(
    const std::set<size_t>& members) const {
  std::vector<std::shared_ptr<ModuleGate>> gates;
  for (size_t member : members) {
    if (ReloadableVersion* version = current(member)) {
      gates.push_back(version->loaded().shared_gate());
    }
    // Old ones may still be in calls that use a state.
    for (const Retired& retired : retired_) {
      if (retired.member == member) {
        gates.push_back(retired.loaded.version->loaded().shared_gate());
      }
    }
  }
  return gates;
}

std::string ReloaderCore::DescribeUsers(const std::set<size_t>& members) const {
  std::vector<std::string> users;
  const auto add = [&](const ReloadableVersion* version) {
    if (version == nullptr) return;
    std::string text =
        const_cast<ReloadableVersion*>(version)->loaded().DescribeUsers();
    if (!text.empty()) users.push_back(std::move(text));
  };
  for (size_t member : members) {
    add(current(member));
    for (const Retired& retired : retired_) {
      if (retired.member == member) add(retired.loaded.version.get());
    }
  }
  return absl::StrJoin(users, "; ");
}

void ReloaderCore::DelaySwitch(Transaction transaction) {
  transaction.next_attempt = absl::Now() + kSwitchAgain;
  if (!std::exchange(transaction.reported_delay, true)) {
    std::set<size_t> members;
    for (const Candidate& candidate : transaction.candidates) {
      members.insert(candidate.source.member);
    }
    const std::string users = DescribeUsers(members);
    ReloadEvent event = EventOf(Kind::kSwitchDelayed, transaction.file);
    event.module = members_[*members.rbegin()]->module;
    event.status = absl::UnavailableError(absl::StrCat(
        "states are carried over while nobody is in a call, and calls of the "
        "version that runs don't return",
        users.empty() ? "" : absl::StrCat(" (", users, ")"),
        "; it is tried again"));
    Report(event);
  }
  // Unless the callback has asked for something else.
  if (!transaction_.has_value()) transaction_ = std::move(transaction);
}

absl::Status ReloaderCore::MigrateStates(const Transaction& transaction) {
  for (const Candidate& candidate : transaction.candidates) {
    const Member& member = *members_[candidate.source.member];
    ReloadableVersion* const old = member.current.version.get();
    for (StateBase* state : member.states) {
      absl::Status status;
      if (old != nullptr && old->loaded().is_poisoned()) {
        status = StateBaseAccess::Core(*state).Detach(old->loaded());
      } else if (options_.crash_guard && old != nullptr) {
        // For the case that the new version crashes. One that can't be made
        // doesn't keep it from running.
        state->Checkpoint().status().IgnoreError();
      }
      if (status.ok())
        status =
            StateBaseAccess::Core(*state).Migrate(candidate.version->loaded());
      if (!status.ok()) {
        absl::Status error =
            MakeError(LoadError::kState,
                      absl::StrCat(member.module, " can't have the state ",
                                   state->name(), ": ", status.message()));
        if (const std::optional<ExceptionInfo> exception =
                ExceptionOf(status)) {
          AttachException(*exception, &error);
        }
        if (const std::optional<CrashInfo> crash = CrashOf(status)) {
          AttachCrash(*crash, &error);
        }
        return error;
      }
    }
  }
  return absl::OkStatus();
}

void ReloaderCore::AbandonStates(const Transaction& transaction) {
  for (const Candidate& candidate : transaction.candidates) {
    for (StateBase* state : members_[candidate.source.member]->states) {
      StateBaseAccess::Core(*state).Abandon();
    }
  }
}

absl::Status ReloaderCore::TryOut(const Transaction& transaction) {
  std::vector<std::pair<StateBase*, std::optional<StateCheckpoint>>> before;
  const auto revert = [&] {
    for (auto& [state, checkpoint] : before) {
      StateBaseAccess::Core(*state).Revert();
      // Only if the same object was used by the new version, which a value of
      // another layout shows.
      if (checkpoint.has_value()) {
        state->Restore(*checkpoint).status().IgnoreError();
      }
    }
  };
  for (const Candidate& candidate : transaction.candidates) {
    const Member& member = *members_[candidate.source.member];
    for (StateBase* state : member.states) {
      std::optional<StateCheckpoint> checkpoint;
      if (member.first_call && state->has_value() &&
          !StateBaseAccess::Core(*state).prepared_migration().layout_changed) {
        absl::StatusOr<StateCheckpoint> made = state->Checkpoint();
        if (!made.ok()) {
          revert();
          AbandonStates(transaction);
          return MakeError(
              LoadError::kState,
              absl::StrCat("no checkpoint for the first call of ",
                           member.module, ": ", made.status().message()));
        }
        checkpoint = *std::move(made);
      }
      StateBaseAccess::Core(*state).Commit();
      before.emplace_back(state, std::move(checkpoint));
    }
  }
  for (const Candidate& candidate : transaction.candidates) {
    Member& member = *members_[candidate.source.member];
    if (!member.first_call) continue;
    const absl::Status status = member.line.TryOut(
        *candidate.entrance.gate,
        [&] { return member.first_call(*candidate.version); });
    if (status.ok()) continue;
    revert();
    absl::Status error(status.code(),
                       absl::StrCat("the first call of the new ", member.module,
                                    " failed: ", status.message()));
    status.ForEachPayload([&](std::string_view url, const absl::Cord& payload) {
      error.SetPayload(url, payload);
    });
    return error;
  }
  return absl::OkStatus();
}

std::vector<ReloaderCore::Loaded> ReloaderCore::Publish(
    Transaction& transaction) {
  std::vector<Loaded> old;
  for (Candidate& candidate : transaction.candidates) {
    Member& member = *members_[candidate.source.member];
    const int number = candidate.source.number != 0 ? candidate.source.number
                                                    : ++member.last_number;
    // When it goes, they keep their values.
    candidate.version->loaded().Keep(member.states);
    member.line.Publish(candidate.entrance);
    old.push_back(std::exchange(
        member.current,
        Loaded{.version = std::move(candidate.version), .number = number}));
    member.crash_was_reported = false;
  }
  return old;
}

void ReloaderCore::Finish(const Transaction& transaction,
                          std::vector<Loaded> old, absl::Duration pause) {
  first_decided_ = true;
  if (transaction.kind == Kind::kReloaded && !transaction.file.outdated) {
    status_ = absl::OkStatus();
  }
  for (size_t i = transaction.candidates.size(); i-- > 0;) {
    const size_t index = transaction.candidates[i].source.member;
    Member& member = *members_[index];
    Loaded& loaded = old[i];
    if (loaded.version != nullptr && options_.crash_guard &&
        !loaded.version->loaded().is_poisoned()) {
      member.good = Good{.file = loaded.version->loaded().private_copy(),
                         .number = loaded.number};
    }
    if (transaction.kind == Kind::kReloaded) member.crashed = nullptr;
    Retire(index, std::move(loaded));
  }
  for (const Candidate& candidate : transaction.candidates) {
    const Member& member = *members_[candidate.source.member];
    ReloadEvent event = EventOf(
        candidate.source.number != 0 ? transaction.kind : Kind::kReloaded,
        transaction.file);
    event.module = member.module;
    event.version = member.current.number;
    event.load_time = candidate.load_time;
    event.pause = pause;
    for (const StateBase* state : member.states) {
      event.migrations.push_back(state->last_migration());
    }
    event.since_change = absl::Now() - transaction.file.changes.since;
    event.overhead =
        event.since_change - transaction.file.changes.waited_for_build;
    if (transaction.file.build.has_value()) {
      event.overhead -=
          transaction.file.build->ended - transaction.file.build->started;
    }
    Report(event);
  }
}

void ReloaderCore::Drop(Transaction transaction) {
  for (size_t i = transaction.candidates.size(); i-- > 0;) {
    Candidate& candidate = transaction.candidates[i];
    candidate.entrance = {};
    Retire(candidate.source.member,
           Loaded{.version = std::move(candidate.version)});
  }
}

absl::Status ReloaderCore::Checkpoint() {
  if (busy_) {
    return absl::FailedPreconditionError(
        "Checkpoint() was called inside of Poll() or Stop()");
  }
  std::set<size_t> members;
  for (size_t i = 0; i < members_.size(); ++i) members.insert(i);
  if (!Pause(members)) {
    return absl::UnavailableError(
        absl::StrCat("no checkpoint can be made while calls run (",
                     DescribeUsers(members), ")"));
  }
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
  board_.Resume(/*reopen=*/true);
  return status;
}

void ReloaderCore::LookForCrashes() {
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
    Report(event);
    RollBack(i);
  }
}

void ReloaderCore::RollBack(size_t member) {
  // A new version that waits is as good, or better.
  if (transaction_.has_value()) return;
  Transaction transaction{
      .file = {.changes = {.files = {}, .since = absl::Now()}},
      .kind = Kind::kRolledBack};
  const std::optional<Good> good =
      std::exchange(members_[member]->good, std::nullopt);
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      members_[member]->module,
      " has no version that could come back. Calls are refused until there is "
      "a new one"));
  if (good.has_value()) {
    status = LoadCandidates(WithUsers({{.member = member,
                                        .path = good->file->library,
                                        .number = good->number,
                                        .copy = good->file}}),
                            transaction);
    if (status.ok()) status = CheckStates(transaction);
  }
  if (!status.ok()) {
    ReloadEvent event = EventOf(Kind::kLoadFailed, transaction.file);
    event.module = members_[member]->module;
    event.status = status;
    Report(event);
    Drop(std::move(transaction));
    return;
  }
  transaction_ = std::move(transaction);
  TrySwitch();
}

void ReloaderCore::RetireAll() {
  if (transaction_.has_value()) {
    Drop(*std::exchange(transaction_, std::nullopt));
  }
  for (size_t i = members_.size(); i-- > 0;) {
    Member& member = *members_[i];
    member.line.Publish({});
    Retire(i, std::exchange(member.current, Loaded()));
    member.good.reset();
    member.crashed = nullptr;
    member.prepared = nullptr;
  }
}

void ReloaderCore::Retire(size_t member, Loaded loaded) {
  if (loaded.version == nullptr) return;
  retired_.push_back(Retired{.member = member, .loaded = std::move(loaded)});
}

void ReloaderCore::UnloadRetired() {
  for (size_t i = 0; i < retired_.size();) {
    if (retired_[i].next_attempt <= absl::Now() &&
        Unload(retired_[i], {.deadline = options_.unload_deadline})) {
      retired_.erase(retired_.begin() + i);
    } else {
      ++i;
    }
  }
}

void ReloaderCore::PrepareCopies() {
  for (const auto& member : members_) {
    if (member->current.version == nullptr ||
        member->prepared_under == member->current.number) {
      continue;
    }
    member->prepared_under = member->current.number;
    member->prepared = std::make_unique<PreparedCopy>(
        *member->current.version->loaded().private_copy());
  }
}

bool ReloaderCore::Unload(Retired& retired, const UnloadOptions& options) {
  absl::StatusOr<UnloadReport> report =
      retired.loaded.version->loaded().Unload(options);
  const std::optional<UnloadError> reason = UnloadErrorOf(report.status());
  ReloadEvent event;
  event.module = members_[retired.member]->module;
  event.version = retired.loaded.number;
  if (report.ok() || reason == UnloadError::kNotLoaded) {
    event.kind = Kind::kUnloaded;
    if (report.ok()) event.unload = *std::move(report);
    retired.loaded.version.reset();
    // One that never ran has no number.
    if (event.version != 0) Report(event);
    return true;
  }
  retired.last_status = report.status();
  retired.pause =
      std::clamp(2 * retired.pause, kFirstUnloadPause, kLastUnloadPause);
  retired.next_attempt = absl::Now() + retired.pause;
  if (event.version != 0 && (!retired.reported || retired.reason != reason)) {
    retired.reported = true;
    retired.reason = reason;
    event.kind = Kind::kUnloadDelayed;
    event.status = report.status();
    Report(event);
  }
  return false;
}

absl::Status ReloaderCore::Stop(const UnloadOptions& options) {
  if (busy_) {
    return absl::FailedPreconditionError(
        "Stop() was called inside of Poll() or Stop(): call it afterwards");
  }
  busy_ = true;
  const absl::Cleanup done = [this] { busy_ = false; };
  stopped_ = true;
  build_.Kill();
  new_file_.reset();
  RetireAll();
  absl::Status status;
  // What is used goes when its users have gone.
  for (size_t before = 0; before != retired_.size();) {
    before = retired_.size();
    status = absl::OkStatus();
    for (size_t i = 0; i < retired_.size();) {
      if (Unload(retired_[i], options)) {
        retired_.erase(retired_.begin() + i);
      } else {
        status.Update(retired_[i++].last_status);
      }
    }
  }
  return status;
}

void ReloaderCore::WaitForWork(absl::Time deadline) {
  const absl::Duration rest =
      std::min(std::min(deadline, NextDeadline()) - absl::Now(), kMaxWait);
  if (rest <= absl::ZeroDuration()) return;
  if (build_.running()) {
    if (std::optional<BuildResult> result =
            build_.Wait(std::min(rest, kLookDuringBuild))) {
      FinishBuild(*std::move(result));
    }
  } else if (changes_.has_value() && changes_->watching()) {
    CollectChanges(rest);
  } else {
    absl::SleepFor(rest);
  }
}

absl::Time ReloaderCore::NextDeadline() const {
  absl::Time next = absl::InfiniteFuture();
  if (!options_status_.ok()) return next;
  if (!changes_->watching()) next = std::min(next, next_watch_);
  if (!build_.running()) {
    next = std::min(next, changes_->settles_at());
    if (new_file_.has_value()) next = std::min(next, new_file_->next_attempt);
  }
  if (transaction_.has_value()) {
    next = std::min(next, transaction_->next_attempt);
  }
  if (options_.crash_guard) {
    next = std::min(next, absl::Now() + kLookForCrashes);
  }
  for (const Retired& retired : retired_) {
    next = std::min(next, retired.next_attempt);
  }
  return next;
}

ReloadEvent ReloaderCore::EventOf(ReloadEvent::Kind kind,
                                  const NewFile& file) const {
  ReloadEvent event;
  event.kind = kind;
  event.version = SomeVersion();
  event.changed = file.changes.files;
  if (file.build.has_value()) {
    event.output = file.build->output;
    event.build_time = file.build->ended - file.build->started;
  }
  return event;
}

bool ReloaderCore::AllRun() const {
  return !members_.empty() &&
         std::all_of(members_.begin(), members_.end(), [](const auto& member) {
           return member->current.version != nullptr;
         });
}

int ReloaderCore::SomeVersion() const {
  return members_.empty() ? 0 : members_.back()->current.number;
}

void ReloaderCore::Report(const ReloadEvent& event) {
  ++events_;
  if (callback_) callback_(event);
}

}  // namespace relib::internal
