#include "relib/reload/internal/source_monitor.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/checks.h"
#include "relib/reload/internal/sources/name_filter.h"

namespace relib::internal {
namespace {

// The pause after an attempt to watch that has failed.
constexpr absl::Duration kWatchRetryPause = absl::Milliseconds(500);

}  // namespace

void SourceMonitor::Start() {
  std::vector<ChangeCollector::WatchedPath> paths;
  if (has_build()) {
    for (const std::string& path : options_.watch) {
      paths.push_back({path, AbsolutePath(options_.working_directory, path)});
    }
  } else {
    for (const auto& member : members_) {
      paths.push_back({member->module, member->path});
    }
  }
  changes_.emplace(std::move(paths), NameFilter(options_.ignore),
                   options_.debounce);
  CollectChanges(absl::ZeroDuration());
}

void SourceMonitor::CollectChanges(absl::Duration timeout) {
  if (!changes_->watching() && platform::MonotonicTime::Now() < next_watch_)
    return;
  const absl::Status status = changes_->Collect(timeout);
  if (status.ok()) {
    reported_watch_failure_.clear();
    return;
  }
  next_watch_ = platform::MonotonicTime::Now() + kWatchRetryPause;
  if (status.message() == reported_watch_failure_) return;
  reported_watch_failure_ = status.message();
  ReloadEvent event;
  event.kind = ReloadEvent::Kind::kWatchFailed;
  event.version = VersionOfLast(members_);
  event.status = status;
  reporter_.Report(event);
}

void SourceMonitor::StartBuild(ChangeBatch changes) {
  build_changes_ = std::move(changes);
  build_.Start();
  reporter_.Report(MakeEvent(ReloadEvent::Kind::kBuildStarted,
                             NewFiles{.changes = build_changes_},
                             VersionOfLast(members_)));
}

std::optional<NewFiles> SourceMonitor::WaitForBuild(absl::Duration timeout) {
  std::optional<BuildResult> result = build_.Wait(timeout);
  if (!result.has_value()) return std::nullopt;
  // Changes that came during this build are for the next one.
  CollectChanges(absl::ZeroDuration());
  changes_->BuildEnded(result->ended);
  NewFiles files{.changes = std::move(build_changes_)};
  files.build = *std::move(result);
  return files;
}

platform::MonotonicTime SourceMonitor::NextDeadline() const {
  platform::MonotonicTime next = platform::MonotonicTime::InfiniteFuture();
  if (!changes_->watching()) next = std::min(next, next_watch_);
  if (!build_.running()) next = std::min(next, changes_->settles_at());
  return next;
}

}  // namespace relib::internal
