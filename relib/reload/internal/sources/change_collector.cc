#include "relib/reload/internal/sources/change_collector.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/files/directory_watcher.h"
#include "platform/host/monotonic_time.h"
#include "relib/reload/internal/sources/name_filter.h"

namespace relib::internal {
namespace {

// If changes continue, they count as settled after this many debounce times.
constexpr int kMaxDebounceTimes = 10;

// Returns the time of the last write, or `now` if the file system does not
// report one between `earliest` and `now`. A file that was moved here has an
// older one.
platform::MonotonicTime TimeOfChange(const std::string& path,
                                     platform::MonotonicTime earliest,
                                     platform::MonotonicTime now) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  if (error) return now;
  const platform::MonotonicTime time =
      now -
      absl::FromChrono(std::filesystem::file_time_type::clock::now() - written);
  return time < earliest || time > now ? now : time;
}

}  // namespace

ChangeCollector::ChangeCollector(std::vector<WatchedPath> paths,
                                 NameFilter filter, absl::Duration debounce)
    : paths_(std::move(paths)),
      filter_(std::move(filter)),
      debounce_(std::max(debounce, absl::ZeroDuration())),
      last_look_(platform::MonotonicTime::InfiniteFuture()) {}

absl::Status ChangeCollector::Collect(absl::Duration timeout) {
  if (watcher_ == nullptr) {
    std::vector<std::string> paths;
    for (const WatchedPath& path : paths_) paths.push_back(path.absolute);
    absl::StatusOr<std::unique_ptr<platform::DirectoryWatcher>> watcher =
        platform::DirectoryWatcher::Watch(paths);
    if (!watcher.ok()) {
      may_have_missed_ = true;
      return watcher.status();
    }
    watcher_ = *std::move(watcher);
    if (may_have_missed_) {
      may_have_missed_ = false;
      for (const std::string& path : paths)
        Add(path, platform::MonotonicTime::Now());
    }
  }
  absl::StatusOr<std::vector<std::string>> changed = watcher_->Poll(timeout);
  if (!changed.ok()) {
    watcher_.reset();
    may_have_missed_ = true;
    return changed.status();
  }
  const platform::MonotonicTime now = platform::MonotonicTime::Now();
  for (const std::string& path : *changed) Add(path, now);
  last_look_ = now;
  return absl::OkStatus();
}

void ChangeCollector::Add(std::string_view path, platform::MonotonicTime now) {
  for (const WatchedPath& watched : paths_) {
    std::string_view rest = path;
    if (!rest.starts_with(watched.absolute)) continue;
    rest.remove_prefix(watched.absolute.size());
    const bool below = rest.starts_with('/') || rest.starts_with('\\') ||
                       watched.absolute.ends_with('/') ||
                       watched.absolute.ends_with('\\');
    if (!rest.empty() && !below) continue;
    if (filter_.Ignores(rest)) return;
    std::string file = absl::StrCat(watched.spelled, rest);
    last_change_ = now;
    const platform::MonotonicTime time =
        TimeOfChange(std::string(path), std::min(last_look_, now), now);
    batch_.since = empty() ? time : std::min(batch_.since, time);
    if (std::find(batch_.files.begin(), batch_.files.end(), file) ==
        batch_.files.end()) {
      batch_.files.push_back(std::move(file));
    }
    return;
  }
}

platform::MonotonicTime ChangeCollector::settles_at() const {
  if (empty()) return platform::MonotonicTime::InfiniteFuture();
  return std::min(last_change_ + debounce_,
                  batch_.since + kMaxDebounceTimes * debounce_);
}

ChangeBatch ChangeCollector::Take() {
  return std::exchange(batch_, ChangeBatch());
}

}  // namespace relib::internal
