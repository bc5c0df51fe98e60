#ifndef RELIB_RELOAD_INTERNAL_RETIRED_H_
#define RELIB_RELOAD_INTERNAL_RETIRED_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/errors.h"
#include "relib/options.h"
#include "relib/reload/internal/event_reporter.h"
#include "relib/reload/internal/member.h"

namespace relib::internal {

// Old versions, which are to be unloaded. A version that refuses is tried again
// later, less and less often. Not thread-safe.
class RetiredVersions {
 public:
  RetiredVersions(const Members& members, EventReporter& reporter)
      : members_(members), reporter_(reporter) {}
  RetiredVersions(const RetiredVersions&) = delete;
  RetiredVersions& operator=(const RetiredVersions&) = delete;
  // Destroys the versions in the order in which they were added.
  ~RetiredVersions();

  // Adds a version of the given member. Users must be added before the versions
  // that they use. Does nothing if there is no version.
  void Add(size_t member, NumberedVersion version);

  // Tries to unload the versions whose next attempt is due.
  void UnloadDue(const UnloadOptions& options);

  // Tries to unload all versions. Returns an error if one of them refuses.
  absl::Status UnloadAll(const UnloadOptions& options);

  // Returns the time of the next attempt; InfiniteFuture if there is none.
  platform::MonotonicTime NextAttempt() const;

  // Returns the retired versions of a member.
  std::vector<ReloadableVersion*> VersionsOf(size_t member) const;

 private:
  struct Retired {
    size_t member = 0;
    NumberedVersion version;
    platform::MonotonicTime next_attempt =
        platform::MonotonicTime::InfinitePast();
    absl::Duration pause = absl::ZeroDuration();
    // The last report, so that the same reason is reported only once.
    bool reported = false;
    std::optional<UnloadError> reason = {};
    absl::Status last_status = {};
  };

  // Returns true if the version is no longer loaded.
  bool Unload(Retired& retired, const UnloadOptions& options);

  const Members& members_;
  EventReporter& reporter_;
  std::vector<Retired> retired_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_RETIRED_H_
