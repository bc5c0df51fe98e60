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

// Options of a Reloader or Group. Paths are relative to `working_directory`.
struct ReloadOptions {
  // The file of the module, which the build makes. It need not exist yet. Must
  // be empty for a Group.
  std::string module = {};

  // The sources: files, and directories with everything below them. Required
  // with `build`; must be empty without it.
  std::vector<std::string> watch = {};

  // The command that builds the module when a source has changed. The shell of
  // the system runs it, so it may call Bazel, CMake, Ninja, Make or a script.
  // Exit code 0 means success.
  //
  // If empty, somebody else builds the module: its file is watched, and is
  // loaded whenever it is new and complete.
  std::string build = {};

  // The directory in which the command runs. If empty, the directory that is
  // current when the Reloader is constructed.
  std::string working_directory = {};

  // If true, builds before the first version is loaded, so that it matches the
  // sources. If that build fails, the existing file is loaded. If false, the
  // existing file is loaded immediately.
  bool build_on_start = true;

  // The build starts once no source has changed for this long; if the file of
  // the module is watched, it is loaded then. Saving one file makes several
  // changes (a temporary file, a rename, a backup) within a few milliseconds,
  // and "save all" takes slightly longer. If changes continue, the build starts
  // after ten times this duration.
  absl::Duration debounce = absl::Milliseconds(20);

  // Names of files and directories whose changes are ignored, with `*` for any
  // characters: {"*.log", "generated"}. Files that builds and editors create,
  // such as bazel-*, .git, objects, libraries, backups and temporary files, are
  // always ignored; relib/reload/README.md lists them.
  std::vector<std::string> ignore = {};

  // The time that Poll() may wait in one attempt to unload an old version; see
  // UnloadOptions::deadline. If the old version refuses, later polls try again,
  // less and less often, down to once per second.
  absl::Duration unload_deadline = absl::Milliseconds(10);

  // If true, a crash inside of a call becomes the status of the call. The next
  // Poll() goes back to the last version that has not crashed, until there is a
  // new version: see docs/hot-reload.md. LoadOptions::crash_guard documents the
  // cost.
  bool crash_guard = false;

  // The relib::State objects (relib/state/state.h) that are migrated from
  // version to version. They must outlive the Reloader. With a Group, pass them
  // to Add() instead.
  std::vector<StateBase*> states = {};

  // The time that a switch waits for running calls if it must pause calls to
  // migrate a state or to make a checkpoint. New calls wait meanwhile. If the
  // running calls don't return in time, all calls continue, and later polls try
  // again.
  absl::Duration switch_deadline = absl::Milliseconds(10);

  // Called inside of Poll() if a new version can't be loaded because the header
  // that it shares with the program has changed. The status says how the two
  // differ. The current version continues to run. The program can save its
  // states and restart, as //examples:live_reload_extended does.
  std::function<void(const absl::Status& status)> on_incompatible = {};

  // Options for loading each version, such as its heap. `private_copy` is
  // always true. Set `states` above instead of `load.states`.
  LoadOptions load = {};
};

}  // namespace relib

#endif  // RELIB_RELOAD_OPTIONS_H_
