#ifndef RELIB_RELOAD_INTERNAL_SOURCE_MONITOR_H_
#define RELIB_RELOAD_INTERNAL_SOURCE_MONITOR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/internal/event_reporter.h"
#include "relib/reload/internal/member.h"
#include "relib/reload/internal/new_files.h"
#include "relib/reload/internal/sources/build_runner.h"
#include "relib/reload/internal/sources/change_collector.h"
#include "relib/reload/options.h"

namespace relib::internal {

// Watches the sources and builds them; without a build command, watches the
// files of the modules themselves. Not thread-safe.
class SourceMonitor {
 public:
  SourceMonitor(const ReloadOptions& options, const Members& members,
                EventReporter& reporter)
      : options_(options),
        members_(members),
        reporter_(reporter),
        build_(options.build, options.working_directory) {}
  SourceMonitor(const SourceMonitor&) = delete;
  SourceMonitor& operator=(const SourceMonitor&) = delete;

  // Starts to watch. Must be called before the functions below.
  void Start();

  bool has_build() const { return !options_.build.empty(); }
  bool watching() const { return changes_->watching(); }
  bool building() const { return build_.running(); }

  // Collects changes. Waits up to `timeout` for the first one.
  void CollectChanges(absl::Duration timeout);

  // Returns true if there are changes, and no more have come for a while.
  bool HasQuietChanges() const {
    return changes_->settles_at() <= platform::MonotonicTime::Now();
  }
  ChangeBatch TakeChanges() { return changes_->Take(); }

  void StartBuild(ChangeBatch changes);

  // Waits up to `timeout` for the end of the build. Returns the files that it
  // should have made, with its result; nullopt if no build has ended.
  std::optional<NewFiles> WaitForBuild(absl::Duration timeout);

  void KillBuild() { build_.Kill(); }

  // Returns the time at which there will be something to do, if no changes come
  // before.
  platform::MonotonicTime NextDeadline() const;

 private:
  const ReloadOptions& options_;
  const Members& members_;
  EventReporter& reporter_;
  std::optional<ChangeCollector> changes_;
  std::string reported_watch_failure_;
  platform::MonotonicTime next_watch_ = platform::MonotonicTime::InfinitePast();
  BuildRunner build_;
  // The changes that led to the build that runs.
  ChangeBatch build_changes_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_SOURCE_MONITOR_H_
