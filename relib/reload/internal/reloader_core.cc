#include "relib/reload/internal/reloader_core.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "relib/errors.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/build_runner.h"
#include "relib/reload/internal/change_collector.h"
#include "relib/reload/internal/file_contents.h"
#include "relib/reload/internal/name_filter.h"
#include "relib/reload/options.h"

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

// The changes of sources are looked at this often while a build runs, so that
// the system needn't keep many.
constexpr absl::Duration kLookDuringBuild = absl::Milliseconds(50);
// Bounds every wait, whatever the system's clock does meanwhile.
constexpr absl::Duration kLongestWait = absl::Seconds(1);

// `path` as seen from `folder`, made absolute: the process may change its
// working directory later. A path that the system has no absolute name for
// stays as it is, and using it tells what is wrong.
std::string Absolute(const std::string& folder, const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::filesystem::path(folder) / path, error);
  return error ? path : absolute.string();
}

ReloadOptions WithAbsoluteDirectory(ReloadOptions options) {
  options.working_directory = Absolute(options.working_directory, "");
  return options;
}

std::vector<ChangeCollector::WatchedPath> WatchedPaths(
    const ReloadOptions& options) {
  std::vector<std::string> spelled = options.watch;
  if (options.build.empty()) spelled = {options.module};
  std::vector<ChangeCollector::WatchedPath> paths;
  for (std::string& path : spelled) {
    std::string absolute = Absolute(options.working_directory, path);
    paths.push_back({std::move(path), std::move(absolute)});
  }
  return paths;
}

absl::Status Check(const ReloadOptions& options) {
  if (options.module.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions::module is empty: give it the file that the build "
        "makes");
  }
  if (!options.build.empty() && options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has a build command and nothing to watch: give `watch` "
        "the "
        "folders of the sources");
  }
  if (options.build.empty() && !options.watch.empty()) {
    return absl::InvalidArgumentError(
        "ReloadOptions has sources to watch and no command to build them: give "
        "it `build`, or leave `watch` empty to watch the file of the module");
  }
  return absl::OkStatus();
}

std::optional<std::filesystem::file_time_type> TimeOf(const std::string& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return std::nullopt;
  return time;
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

}  // namespace

ReloaderCore::ReloaderCore(ReloadOptions options, VersionLoader load)
    : options_(WithAbsoluteDirectory(std::move(options))),
      load_(std::move(load)),
      module_path_(Absolute(options_.working_directory, options_.module)),
      options_status_(Check(options_)),
      changes_(WatchedPaths(options_), NameFilter(options_.ignore),
               options_.debounce),
      build_(options_.build, options_.working_directory) {}

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
    if (current_.version != nullptr) return absl::OkStatus();
    if (first_decided_) return status_;
    const absl::Duration rest = deadline - absl::Now();
    if (rest <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(
          "the first version is still being built");
    }
    Poll(rest);
  }
}

void ReloaderCore::Step() {
  if (!options_status_.ok()) {
    if (!std::exchange(started_, true)) {
      first_decided_ = true;
      status_ = options_status_;
      ReloadEvent event;
      event.kind = Kind::kWatchFailed;
      event.status = status_;
      Report(event);
    }
    return;
  }

  CollectChanges(absl::ZeroDuration());
  if (!std::exchange(started_, true)) StartFirst();
  if (std::optional<BuildResult> result = build_.Wait(absl::ZeroDuration())) {
    FinishBuild(*std::move(result));
  }
  // Before the next build, which may touch the file.
  TryNewFile();
  if (!build_.running() && changes_.settles_at() <= absl::Now()) {
    if (builds()) {
      StartBuild(changes_.Take());
    } else {
      new_file_ = NewFile{.changes = changes_.Take(),
                          .patience_ends = absl::Now() + kPatience};
      TryNewFile();
    }
  }
  UnloadRetired();
}

void ReloaderCore::CollectChanges(absl::Duration timeout) {
  if (!changes_.watching() && absl::Now() < next_watch_) return;
  const absl::Status status = changes_.Collect(timeout);
  if (status.ok()) {
    reported_watch_failure_.clear();
    return;
  }
  next_watch_ = absl::Now() + kWatchAgain;
  if (status.message() == reported_watch_failure_) return;
  reported_watch_failure_ = status.message();
  ReloadEvent event;
  event.kind = Kind::kWatchFailed;
  event.version = current_.number;
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
  changes_.BuildEnded(result.ended);

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
  if (!first_decided_ && TimeOf(module_path_).has_value()) {
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
  const auto time = TimeOf(module_path_);
  const absl::StatusOr<uint64_t> contents = HashOfContents(module_path_);
  if (contents.ok() && current_.contents == *contents) {
    status_ = absl::OkStatus();
    Report(EventOf(Kind::kUnchanged, *std::exchange(new_file_, std::nullopt)));
    return;
  }

  const absl::Time begin = absl::Now();
  absl::StatusOr<std::unique_ptr<ReloadableVersion>> version =
      load_(module_path_);
  const absl::Time end = absl::Now();
  if (!version.ok() && end < new_file_->patience_ends &&
      MayBeIncomplete(version.status(), new_file_->build.has_value())) {
    new_file_->next_attempt = end + kLoadAgain;
    return;
  }

  const NewFile file = *std::exchange(new_file_, std::nullopt);
  first_decided_ = true;
  if (!version.ok()) {
    status_ = version.status();
    ReloadEvent event = EventOf(Kind::kLoadFailed, file);
    event.status = status_;
    event.load_time = end - begin;
    Report(event);
    return;
  }
  // A file that was written meanwhile may be another one than was loaded.
  const bool same = contents.ok() && TimeOf(module_path_) == time;
  Switch(*std::move(version),
         same ? std::optional<uint64_t>(*contents) : std::nullopt);
  if (!file.outdated) status_ = absl::OkStatus();

  ReloadEvent event = EventOf(Kind::kReloaded, file);
  event.load_time = end - begin;
  event.since_change = absl::Now() - file.changes.since;
  event.overhead = event.since_change - file.changes.waited_for_build;
  if (file.build.has_value()) {
    event.overhead -= file.build->ended - file.build->started;
  }
  Report(event);
}

void ReloaderCore::Switch(std::unique_ptr<ReloadableVersion> version,
                          std::optional<uint64_t> contents) {
  Loaded old = std::exchange(current_, Loaded{.version = std::move(version),
                                              .number = last_number_ + 1,
                                              .contents = contents});
  last_number_ = current_.number;
  Retire(std::move(old));
}

void ReloaderCore::Retire(Loaded loaded) {
  if (loaded.version == nullptr) return;
  retired_.push_back(Retired{.loaded = std::move(loaded)});
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

bool ReloaderCore::Unload(Retired& retired, const UnloadOptions& options) {
  absl::StatusOr<UnloadReport> report = retired.loaded.version->Unload(options);
  const std::optional<UnloadError> reason = UnloadErrorOf(report.status());
  ReloadEvent event;
  event.version = retired.loaded.number;
  if (report.ok() || reason == UnloadError::kNotLoaded) {
    event.kind = Kind::kUnloaded;
    if (report.ok()) event.unload = *std::move(report);
    Report(event);
    return true;
  }
  retired.last_status = report.status();
  retired.pause =
      std::clamp(2 * retired.pause, kFirstUnloadPause, kLastUnloadPause);
  retired.next_attempt = absl::Now() + retired.pause;
  if (!retired.reported || retired.reason != reason) {
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
  Retire(std::exchange(current_, Loaded()));
  absl::Status status;
  for (size_t i = retired_.size(); i-- > 0;) {
    if (Unload(retired_[i], options)) {
      retired_.erase(retired_.begin() + i);
    } else {
      status.Update(retired_[i].last_status);
    }
  }
  return status;
}

void ReloaderCore::WaitForWork(absl::Time deadline) {
  const absl::Duration rest =
      std::min(std::min(deadline, NextDeadline()) - absl::Now(), kLongestWait);
  if (rest <= absl::ZeroDuration()) return;
  if (build_.running()) {
    if (std::optional<BuildResult> result =
            build_.Wait(std::min(rest, kLookDuringBuild))) {
      FinishBuild(*std::move(result));
    }
  } else if (changes_.watching()) {
    CollectChanges(rest);
  } else {
    absl::SleepFor(rest);
  }
}

absl::Time ReloaderCore::NextDeadline() const {
  absl::Time next = absl::InfiniteFuture();
  if (!options_status_.ok()) return next;
  if (!changes_.watching()) next = std::min(next, next_watch_);
  if (!build_.running()) {
    next = std::min(next, changes_.settles_at());
    if (new_file_.has_value()) next = std::min(next, new_file_->next_attempt);
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
  event.version = current_.number;
  event.changed = file.changes.files;
  if (file.build.has_value()) {
    event.output = file.build->output;
    event.build_time = file.build->ended - file.build->started;
  }
  return event;
}

void ReloaderCore::Report(const ReloadEvent& event) {
  ++events_;
  if (callback_) callback_(event);
}

}  // namespace relib::internal
