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

// Something that a Reloader did. Valid as long as you keep it; it points to
// nothing.
struct ReloadEvent {
  enum class Kind {
    // The build command runs, because `changed` did; empty: because the program
    // starts.
    kBuildStarted,
    // It didn't succeed: `status` says how it ended, `output` what it wrote.
    // What ran goes on.
    kBuildFailed,
    // It succeeded, but the file of the module has the same bytes as what runs.
    kUnchanged,
    // There is a new file, but it can't be loaded: `status` says why. What ran
    // goes on.
    kLoadFailed,
    // Version number `version` runs from now on.
    kReloaded,
    // The old version number `version` can't be unloaded yet; `status` says
    // what keeps it. It is tried again; there is another event when the reason
    // changes, and kUnloaded when it worked.
    kUnloadDelayed,
    // The old version number `version` is gone: `unload` tells the rest.
    kUnloaded,
    // Changes can't be seen, and `status` says why; it is tried again, and
    // there is another event when the reason changes.
    kWatchFailed,
    // A new version is loaded, but calls of the one that runs don't return
    // (`status` names them), and it can't take over before they do. It is tried
    // again.
    kSwitchDelayed,
    // Version number `version` crashed inside of a call; `status` is what that
    // call was told. What follows is kRolledBack, or kLoadFailed if there is no
    // version that could come back: then calls are refused until there is a new
    // one.
    kCrashed,
    // Version number `version` runs again instead of one that crashed.
    kRolledBack,
  };

  Kind kind = Kind::kReloaded;

  // The module that this is about, as the options spell it. Empty when it is
  // about all of a Group's: builds, kUnchanged, kWatchFailed.
  std::string module = {};

  // The version that this is about. For kBuild..., kUnchanged, kLoadFailed and
  // kWatchFailed the one that runs. They count from 1; 0 means that none runs.
  int version = 0;

  // The files whose changes led to this, in the order of their first change, as
  // `watch` and `module` in the options spell them.
  std::vector<std::string> changed = {};

  // OK unless something failed.
  absl::Status status = {};

  // All that the build command wrote, warnings included.
  std::string output = {};

  // How long the build command ran. Zero when there was none.
  absl::Duration build_time = absl::ZeroDuration();

  // How long it took to load the new version: copy, check, map, and its static
  // constructors.
  absl::Duration load_time = absl::ZeroDuration();

  // For kReloaded, from the first of the changes (from the start, when there
  // were none) to the moment in which the new version could be called.
  absl::Duration since_change = absl::ZeroDuration();

  // For kReloaded, what of `since_change` no build was running: debouncing,
  // loading, and the time until somebody called Poll().
  absl::Duration overhead = absl::ZeroDuration();

  // For kReloaded and kRolledBack, how long calls waited because nobody could
  // be called; zero when they didn't.
  absl::Duration pause = absl::ZeroDuration();

  // For kReloaded and kRolledBack, what became of the module's states, in their
  // order.
  std::vector<StateMigration> migrations = {};

  // For kUnloaded.
  std::optional<UnloadReport> unload = {};

  // One line for people, without a newline, and without `output`.
  std::string ToString() const;
};

// "kReloaded" and so on.
std::string_view ToString(ReloadEvent::Kind kind);

// As events spell it: "1.84 s", "31 ms", "0.4 ms".
std::string DurationText(absl::Duration duration);

}  // namespace relib

#endif  // RELIB_RELOAD_EVENT_H_
