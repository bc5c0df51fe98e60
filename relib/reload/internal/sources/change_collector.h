#ifndef RELIB_RELOAD_INTERNAL_SOURCES_CHANGE_COLLECTOR_H_
#define RELIB_RELOAD_INTERNAL_SOURCES_CHANGE_COLLECTOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/files/directory_watcher.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/internal/sources/name_filter.h"

namespace relib::internal {

// The changes of one save, or of several saves in a row.
struct ChangeBatch {
  // The files, in the order of their first changes.
  std::vector<std::string> files;
  // The time of the first change.
  platform::MonotonicTime since;
  // The time after `since` during which an earlier build, which did not include
  // the changes, was still running.
  absl::Duration waited_for_build = absl::ZeroDuration();
};

// Watches files, and collects their changes into batches. Not thread-safe.
class ChangeCollector {
 public:
  // A path as in the options, and as an absolute path.
  struct WatchedPath {
    std::string spelled;
    std::string absolute;
  };

  ChangeCollector(std::vector<WatchedPath> paths, NameFilter filter,
                  absl::Duration debounce);

  // Collects changes. Waits up to `timeout` for the first change, even if that
  // is ignored; does not block with zero. After an error, nothing is watched.
  // The next call tries to watch again, and then treats every path as changed,
  // because changes may have been missed.
  absl::Status Collect(absl::Duration timeout);

  bool watching() const { return watcher_ != nullptr; }

  // Returns true if there are no changes.
  bool empty() const { return batch_.files.empty(); }

  // Returns the time at which the changes will have settled if no more come
  // before. Returns InfiniteFuture if there are no changes.
  platform::MonotonicTime settles_at() const;

  // Returns the changes so far, and forgets them.
  ChangeBatch Take();

  // Must be called after a build that began before the changes so far, with the
  // time of its end.
  void BuildEnded(platform::MonotonicTime time) {
    if (!empty() && batch_.since < time) {
      batch_.waited_for_build = time - batch_.since;
    }
  }

 private:
  void Add(std::string_view path, platform::MonotonicTime now);

  const std::vector<WatchedPath> paths_;
  const NameFilter filter_;
  const absl::Duration debounce_;
  std::unique_ptr<platform::DirectoryWatcher> watcher_;
  // True if there was no watcher for a while.
  bool may_have_missed_ = false;
  ChangeBatch batch_;
  platform::MonotonicTime last_change_;
  // The time of the last Collect(): changes that come later are newer.
  platform::MonotonicTime last_look_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_SOURCES_CHANGE_COLLECTOR_H_
