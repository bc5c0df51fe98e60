#ifndef RELIB_RELOAD_EVENT_H_
#define RELIB_RELOAD_EVENT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "relib/options.h"
#include "relib/state/migration.h"

namespace relib {

// An event of a Reloader or Group. Owns all of its data.
struct ReloadEvent {
  enum class Kind {
    // The build command has been started because `changed` have changed. If
    // `changed` is empty, it is the first build.
    kBuildStarted,
    // The build has failed. `status` says how the command ended, and `output`
    // is what it wrote. The current version continues to run.
    kBuildFailed,
    // The file of the module has the same bytes as the current version.
    kUnchanged,
    // There is a new file, but it can't be loaded; `status` says why. The
    // current version continues to run.
    kLoadFailed,
    // Version number `version` is the current version from now on.
    kReloaded,
    // The old version number `version` can't be unloaded yet; `status` says
    // why. Later polls try again. There is another event if the reason changes,
    // and kUnloaded after success.
    kUnloadDelayed,
    // The old version number `version` has been unloaded; see `unload`.
    kUnloaded,
    // The sources can't be watched; `status` says why. Later polls try again.
    // There is another event if the reason changes.
    kWatchFailed,
    // A new version is loaded, but can't take over until the calls of the
    // current version return; `status` names these calls. Later polls try
    // again.
    kSwitchDelayed,
    // Version number `version` has crashed inside of a call; `status` is the
    // status of that call. kRolledBack follows, or kLoadFailed if there is no
    // version to go back to; then calls are refused until there is a new
    // version.
    kCrashed,
    // Version number `version` runs again, in place of one that has crashed.
    kRolledBack,
  };

  Kind kind = Kind::kReloaded;

  // The path of the module, as in the options. Empty for events that are about
  // all modules: builds, kUnchanged, kWatchFailed.
  std::string module = {};

  // The number of the version that this event is about. For kBuildStarted,
  // kBuildFailed, kUnchanged, kLoadFailed and kWatchFailed, the number of the
  // current version. Versions count from 1; 0 means that there is none, or that
  // it has crashed and runs no calls.
  int version = 0;

  // The files whose changes led to this event, in the order of their first
  // changes. Their paths begin as `watch` or `module` in the options.
  std::vector<std::string> changed = {};

  // OK unless something has failed.
  absl::Status status = {};

  // The output of the build command, including warnings.
  std::string output = {};

  // The duration of the build command. Zero if there was no build.
  absl::Duration build_time = absl::ZeroDuration();

  // The time to load the module: to copy, check and map the file, and to run
  // its static constructors.
  absl::Duration load_time = absl::ZeroDuration();

  // For kReloaded, the time from the first change until the new version could
  // be called. Without changes, counts from the start.
  absl::Duration since_change = absl::ZeroDuration();

  // For kReloaded, the part of `since_change` during which no build was
  // running: debouncing, loading, and waiting for Poll().
  absl::Duration overhead = absl::ZeroDuration();

  // For kReloaded and kRolledBack, how long calls were paused. Zero if they
  // were not.
  absl::Duration pause = absl::ZeroDuration();

  // For kReloaded and kRolledBack, how the states of the module were migrated,
  // in the order of the states in the options.
  std::vector<StateMigration> migrations = {};

  // For kUnloaded, the report of the unload. Empty if the version was unloaded
  // already.
  std::optional<UnloadReport> unload = {};

  // Returns one human-readable line, without a newline and without `output`.
  std::string ToString() const;
};

// Returns the name of the enumerator, such as "kReloaded".
std::string_view ToString(ReloadEvent::Kind kind);

// Formats a duration as ReloadEvent::ToString() does: "1.84 s", "31 ms" or
// "0.4 ms".
std::string DurationText(absl::Duration duration);

}  // namespace relib

#endif  // RELIB_RELOAD_EVENT_H_
