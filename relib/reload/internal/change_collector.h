#ifndef RELIB_RELOAD_INTERNAL_CHANGE_COLLECTOR_H_
#define RELIB_RELOAD_INTERNAL_CHANGE_COLLECTOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/directory_watcher.h"
#include "relib/reload/internal/name_filter.h"

namespace relib::internal {

// Changes that belong together: one save, or several in a row.
struct ChangeBatch {
  // Each file once, in the order of their first change.
  std::vector<std::string> files;
  // The first change.
  absl::Time since;
  // How long since then a build was running that came too early for them.
  absl::Duration waited_for_build = absl::ZeroDuration();
};

// Watches files, and puts their changes together until they have settled. Not
// thread-safe.
class ChangeCollector {
 public:
  // A path as the user spells it and as the system is asked for it.
  struct WatchedPath {
    std::string spelled;
    std::string absolute;
  };

  ChangeCollector(std::vector<WatchedPath> paths, NameFilter filter,
                  absl::Duration debounce);

  // Takes note of what has changed; waits up to `timeout` for the first change,
  // also for one that is ignored. Zero never blocks. After an error nothing is
  // watched, and the next call starts anew: as changes may have been missed, it
  // takes every path for changed.
  absl::Status Collect(absl::Duration timeout);

  bool watching() const { return watcher_ != nullptr; }

  // No changes.
  bool empty() const { return batch_.files.empty(); }

  // When the changes, if there are no more until then, will have settled.
  // InfiniteFuture when there are none.
  absl::Time settles_at() const;

  // The changes so far, which are forgotten.
  ChangeBatch Take();

  // A build that has begun before the changes so far has ended at `time`.
  void BuildEnded(absl::Time time) {
    if (!empty() && batch_.since < time) {
      batch_.waited_for_build = time - batch_.since;
    }
  }

 private:
  void Add(std::string_view path, absl::Time now);

  const std::vector<WatchedPath> paths_;
  const NameFilter filter_;
  const absl::Duration debounce_;
  std::unique_ptr<platform::DirectoryWatcher> watcher_;
  // There was no watcher for a while.
  bool may_have_missed_ = false;
  ChangeBatch batch_;
  absl::Time last_change_;
  // When there was nothing to see yet.
  absl::Time last_look_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_CHANGE_COLLECTOR_H_
