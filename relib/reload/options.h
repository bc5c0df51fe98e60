#ifndef RELIB_RELOAD_OPTIONS_H_
#define RELIB_RELOAD_OPTIONS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "relib/options.h"

namespace relib {

class StateBase;

// What a Reloader watches, builds and loads. Relative paths count from
// `working_directory`.
struct ReloadOptions {
  // The file of the module, as the build leaves it. It may not exist yet.
  std::string module = {};

  // The sources: directories, with everything below them, and files. Needed
  // with `build`, and only then.
  std::vector<std::string> watch = {};

  // The command that builds the module when a source has changed; any that the
  // system's shell runs: Bazel, CMake, Ninja, Make, a script. It succeeds with
  // exit code 0. Under Wine, "unix:" before it runs it outside of Wine.
  //
  // Empty: somebody else builds. Then the file of the module itself is watched,
  // and loaded whenever it is new and complete.
  std::string build = {};

  // Where the command runs. Empty: where the process was started.
  std::string working_directory = {};

  // Builds before the first version is loaded, so that what runs is what the
  // sources say; should that build fail, the file that is there is loaded
  // anyway. False loads the file that is there, at once.
  bool build_on_start = true;

  // How long no source may have changed before the build starts; also for the
  // file of the module, when that is watched. Saving one file is several
  // changes (a temporary file, a rename, a backup) within a few milliseconds,
  // and "save all" takes little longer. When changes don't cease, the build
  // starts after ten times this.
  absl::Duration debounce = absl::Milliseconds(20);

  // Names of files and directories whose changes don't count, with `*` for any
  // characters: {"*.log", "generated"}. In addition to what builds and editors
  // leave about: bazel-*, .git and the like, objects, libraries, backups and
  // temporary files (relib/reload/README.md lists them).
  std::vector<std::string> ignore = {};

  // How long one attempt to unload an old version may take, while Poll() waits;
  // see UnloadOptions::deadline. An old version that refuses is kept and tried
  // again at later polls, ever more seldom up to once per second.
  absl::Duration unload_deadline = absl::Milliseconds(10);

  // A crash inside of a call is a status, and the last version that didn't
  // crash comes back at the next Poll(), until there is a new one:
  // docs/hot-reload.md. LoadOptions::crash_guard says what it costs.
  bool crash_guard = false;

  // The relib::State objects that the versions hand on to each other
  // (relib/state/state.h). They outlive the Reloader. A Group has them with its
  // modules.
  std::vector<StateBase*> states = {};

  // For a switch that nobody may call during (a state is migrated, or a
  // checkpoint of it is made): how long calls that run are waited for, while
  // new ones wait. If they don't return by then, all go on, and it is tried
  // again at later polls.
  absl::Duration switch_deadline = absl::Milliseconds(10);

  // Called inside of Poll() when a new version can't be loaded because it
  // doesn't fit the program itself, with the status that says how they differ:
  // the header that both share was changed. What ran goes on; the program may
  // want to save its states and to start itself anew, as
  // //examples:live_reload_extended does.
  std::function<void(const absl::Status& status)> on_incompatible = {};

  // How versions are loaded: heap, checks. `private_copy` is always true, and
  // `states` are those above.
  LoadOptions load = {};
};

}  // namespace relib

#endif  // RELIB_RELOAD_OPTIONS_H_
