#include "relib/reload/internal/retired.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/errors.h"
#include "relib/options.h"
#include "relib/reload/event.h"

namespace relib::internal {
namespace {

// The pause between two attempts to unload a version.
constexpr absl::Duration kMinPause = absl::Milliseconds(20);
constexpr absl::Duration kMaxPause = absl::Seconds(1);

}  // namespace

RetiredVersions::~RetiredVersions() {
  for (Retired& retired : retired_) retired.version.version.reset();
}

void RetiredVersions::Add(size_t member, NumberedVersion version) {
  if (version.version == nullptr) return;
  retired_.push_back(Retired{.member = member, .version = std::move(version)});
}

void RetiredVersions::UnloadDue(const UnloadOptions& options) {
  for (size_t i = 0; i < retired_.size();) {
    if (retired_[i].next_attempt <= platform::MonotonicTime::Now() &&
        Unload(retired_[i], options)) {
      retired_.erase(retired_.begin() + i);
    } else {
      ++i;
    }
  }
}

absl::Status RetiredVersions::UnloadAll(const UnloadOptions& options) {
  absl::Status status;
  // A version can be unloaded only after its users: repeat as long as that
  // unloads something.
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

platform::MonotonicTime RetiredVersions::NextAttempt() const {
  platform::MonotonicTime next = platform::MonotonicTime::InfiniteFuture();
  for (const Retired& retired : retired_) {
    next = std::min(next, retired.next_attempt);
  }
  return next;
}

std::vector<ReloadableVersion*> RetiredVersions::VersionsOf(
    size_t member) const {
  std::vector<ReloadableVersion*> versions;
  for (const Retired& retired : retired_) {
    if (retired.member == member) {
      versions.push_back(retired.version.version.get());
    }
  }
  return versions;
}

bool RetiredVersions::Unload(Retired& retired, const UnloadOptions& options) {
  absl::StatusOr<UnloadReport> report =
      retired.version.version->loaded().Unload(options);
  const std::optional<UnloadError> reason = UnloadErrorOf(report.status());
  // A version that has never taken over has no number, and no events.
  const bool has_events = retired.version.number != 0;
  ReloadEvent event;
  event.module = members_[retired.member]->module;
  event.version = retired.version.number;
  if (report.ok() || reason == UnloadError::kNotLoaded) {
    event.kind = ReloadEvent::Kind::kUnloaded;
    if (report.ok()) event.unload = *std::move(report);
    retired.version.version.reset();
    if (has_events) reporter_.Report(event);
    return true;
  }
  retired.last_status = report.status();
  retired.pause = std::clamp(2 * retired.pause, kMinPause, kMaxPause);
  retired.next_attempt = platform::MonotonicTime::Now() + retired.pause;
  if (has_events && (!retired.reported || retired.reason != reason)) {
    retired.reported = true;
    retired.reason = reason;
    event.kind = ReloadEvent::Kind::kUnloadDelayed;
    event.status = report.status();
    reporter_.Report(event);
  }
  return false;
}

}  // namespace relib::internal
