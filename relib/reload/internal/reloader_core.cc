#include "relib/reload/internal/reloader_core.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/checks.h"
#include "relib/reload/internal/member.h"
#include "relib/reload/internal/sources/change_collector.h"
#include "relib/reload/options.h"
#include "relib/state/internal/core/state_core.h"

namespace relib::internal {
namespace {

using Kind = ReloadEvent::Kind;

// The pause between two attempts to load a file that looks incomplete.
constexpr absl::Duration kLoadRetryPause = absl::Milliseconds(25);

// The time that a file which no longer changes may look incomplete before that
// is reported. Linkers that write in place take about a second.
constexpr absl::Duration kPatience = absl::Seconds(2);

// The interval between checks whether a version has crashed.
constexpr absl::Duration kCrashCheckInterval = absl::Milliseconds(20);

// The interval in which changes are collected while a build runs. It keeps the
// queue of the system from overflowing.
constexpr absl::Duration kCollectInterval = absl::Milliseconds(50);

// The longest wait. The Reloader looks again then, even if the system reports
// nothing.
constexpr absl::Duration kMaxWait = absl::Seconds(1);

ReloadOptions WithAbsoluteDirectory(ReloadOptions options) {
  options.working_directory = AbsolutePath(options.working_directory, "");
  return options;
}

}  // namespace

ReloaderCore::ReloaderCore(ReloadOptions options)
    : options_(WithAbsoluteDirectory(std::move(options))),
      options_status_(CheckOptions(options_)),
      updater_(options_, reporter_),
      sources_(options_, updater_.members(), reporter_) {}

size_t ReloaderCore::Add(const std::string& module,
                         VersionRouter::SlotsFactory make_slots,
                         VersionLoader load, std::vector<StateBase*> states) {
  Member& member = updater_.Add(std::move(make_slots));
  member.module = module;
  member.path = AbsolutePath(options_.working_directory, module);
  member.load = std::move(load);
  member.states = std::move(states);
  if (module.empty()) {
    options_status_.Update(absl::InvalidArgumentError(
        "ReloadOptions::module is empty: set it to the file that the build "
        "makes"));
  }
  if (!options_.module.empty() && module != options_.module) {
    options_status_.Update(
        absl::InvalidArgumentError("ReloadOptions::module must be empty for a "
                                   "Group: its modules come from "
                                   "Add()"));
  }
  if (started_) {
    ReloadEvent event;
    event.kind = Kind::kLoadFailed;
    event.module = module;
    event.status = absl::FailedPreconditionError(absl::StrCat(
        module, " was added after the first Poll(): add it before that"));
    member.load = nullptr;
    reporter_.Report(event);
    reporter_.RethrowException();
  }
  return updater_.members().size() - 1;
}

bool ReloaderCore::Poll(absl::Duration wait) {
  if (busy_ || stopped_) return false;
  bool has_events = false;
  {
    busy_ = true;
    const absl::Cleanup done = [this] { busy_ = false; };
    has_events = StepUntilEvent(wait);
  }
  reporter_.RethrowException();
  return has_events;
}

bool ReloaderCore::StepUntilEvent(absl::Duration wait) {
  reporter_.Reset();
  const platform::MonotonicTime deadline =
      platform::MonotonicTime::Now() + wait;
  while (true) {
    Step();
    if (reporter_.count() > 0) return true;
    if (platform::MonotonicTime::Now() >= deadline) return false;
    WaitForWork(deadline);
    if (reporter_.count() > 0) return true;
  }
}

absl::Status ReloaderCore::Start(absl::Duration timeout) {
  if (busy_ || stopped_) {
    return absl::FailedPreconditionError(
        busy_ ? "Start() was called inside of Poll() or Stop()"
              : "the Reloader was stopped");
  }
  const platform::MonotonicTime deadline =
      platform::MonotonicTime::Now() + timeout;
  while (true) {
    Poll(absl::ZeroDuration());
    if (AllAreLoaded(updater_.members())) return absl::OkStatus();
    if (updater_.first_is_decided()) return status();
    const absl::Duration rest = deadline - platform::MonotonicTime::Now();
    if (rest <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(
          "the first version is still being built");
    }
    Poll(rest);
  }
}

absl::Status ReloaderCore::Stop(const UnloadOptions& options) {
  if (busy_) {
    return absl::FailedPreconditionError(
        "Stop() was called inside of Poll() or Stop(): call it afterwards");
  }
  absl::Status status;
  {
    busy_ = true;
    const absl::Cleanup done = [this] { busy_ = false; };
    stopped_ = true;
    sources_.KillBuild();
    new_files_.reset();
    updater_.RetireAll();
    status = updater_.retired().UnloadAll(options);
  }
  reporter_.RethrowException();
  return status;
}

absl::Status ReloaderCore::Checkpoint() {
  if (busy_) {
    return absl::FailedPreconditionError(
        "Checkpoint() was called inside of Poll(), Stop() or Checkpoint()");
  }
  busy_ = true;
  const absl::Cleanup done = [this] { busy_ = false; };
  return updater_.Checkpoint();
}

bool ReloaderCore::BeginOnce() {
  if (std::exchange(started_, true)) return options_status_.ok();
  if (options_status_.ok() && updater_.members().empty()) {
    options_status_ = absl::InvalidArgumentError(
        "the Group has no module: add one with Add()");
  }
  if (!options_status_.ok()) {
    updater_.DecideFirst();
    updater_.SetStatus(options_status_);
    ReloadEvent event;
    event.kind = Kind::kWatchFailed;
    event.status = options_status_;
    reporter_.Report(event);
    return false;
  }
  sources_.Start();
  StartFirst();
  return true;
}

void ReloaderCore::StartFirst() {
  ChangeBatch none{.files = {}, .since = platform::MonotonicTime::Now()};
  if (sources_.has_build() && options_.build_on_start) {
    sources_.StartBuild(std::move(none));
  } else {
    new_files_ = NewFiles{.changes = std::move(none)};
  }
}

void ReloaderCore::Step() {
  if (!BeginOnce()) return;
  sources_.CollectChanges(absl::ZeroDuration());
  updater_.HandleCrashes();
  if (std::optional<NewFiles> files =
          sources_.WaitForBuild(absl::ZeroDuration())) {
    FinishBuild(*std::move(files));
  }
  // Load the files before the next build, which may change them.
  TryNewFiles();
  if (!sources_.building() && sources_.HasQuietChanges()) {
    if (sources_.has_build()) {
      sources_.StartBuild(sources_.TakeChanges());
    } else {
      new_files_ =
          NewFiles{.changes = sources_.TakeChanges(),
                   .patience_ends = platform::MonotonicTime::Now() + kPatience};
      TryNewFiles();
    }
  }
  updater_.TrySwitch();
  // After an event, unload at the next Poll(): the program can call the new
  // version before that.
  if (reporter_.count() == 0) {
    updater_.retired().UnloadDue({.deadline = options_.unload_deadline});
    PrepareCopies(updater_.members());
  }
}

void ReloaderCore::FinishBuild(NewFiles files) {
  const absl::Status status = files.build->status;
  if (status.ok()) {
    files.patience_ends = platform::MonotonicTime::Now() + kPatience;
    new_files_ = std::move(files);
    return;
  }
  updater_.SetStatus(status);
  const Members& members = updater_.members();
  ReloadEvent event =
      MakeEvent(Kind::kBuildFailed, files, VersionOfLast(members));
  event.status = status;
  const bool all_exist =
      std::all_of(members.begin(), members.end(), [](const auto& member) {
        std::error_code error;
        return std::filesystem::exists(member->path, error);
      });
  if (!updater_.first_is_decided() && all_exist) {
    files.build.reset();
    files.outdated = true;
    new_files_ = std::move(files);
  } else {
    updater_.DecideFirst();
  }
  reporter_.Report(event);
}

void ReloaderCore::TryNewFiles() {
  if (!new_files_.has_value() || sources_.building() ||
      platform::MonotonicTime::Now() < new_files_->next_attempt) {
    return;
  }
  NewFiles files = *std::exchange(new_files_, std::nullopt);
  if (updater_.LoadNewFiles(files)) return;
  files.next_attempt = platform::MonotonicTime::Now() + kLoadRetryPause;
  new_files_ = std::move(files);
}

void ReloaderCore::WaitForWork(platform::MonotonicTime deadline) {
  const absl::Duration rest = std::min(
      std::min(deadline, NextDeadline()) - platform::MonotonicTime::Now(),
      kMaxWait);
  if (rest <= absl::ZeroDuration()) return;
  if (sources_.building()) {
    if (std::optional<NewFiles> files =
            sources_.WaitForBuild(std::min(rest, kCollectInterval))) {
      FinishBuild(*std::move(files));
    }
  } else if (options_status_.ok() && sources_.watching()) {
    sources_.CollectChanges(rest);
  } else {
    absl::SleepFor(rest);
  }
}

platform::MonotonicTime ReloaderCore::NextDeadline() const {
  if (!options_status_.ok()) return platform::MonotonicTime::InfiniteFuture();
  platform::MonotonicTime next =
      std::min(sources_.NextDeadline(), updater_.NextDeadline());
  if (new_files_.has_value() && !sources_.building()) {
    next = std::min(next, new_files_->next_attempt);
  }
  if (options_.crash_guard) {
    next = std::min(next, platform::MonotonicTime::Now() + kCrashCheckInterval);
  }
  return next;
}

}  // namespace relib::internal
