#ifndef RELIB_RELOAD_INTERNAL_NEW_FILES_H_
#define RELIB_RELOAD_INTERNAL_NEW_FILES_H_

#include <optional>

#include "platform/host/monotonic_time.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/sources/build_runner.h"
#include "relib/reload/internal/sources/change_collector.h"

namespace relib::internal {

// Files that may be new versions, and the changes that led to them.
struct NewFiles {
  ChangeBatch changes;
  // The build that made the files, if there was one.
  std::optional<BuildResult> build = {};
  // Before this time, a file that looks incomplete is not reported.
  platform::MonotonicTime patience_ends =
      platform::MonotonicTime::InfinitePast();
  platform::MonotonicTime next_attempt =
      platform::MonotonicTime::InfinitePast();
  // True if the build has failed, and the files are from an earlier one.
  bool outdated = false;
};

// Returns an event about `files`. `version` is the one that runs.
inline ReloadEvent MakeEvent(ReloadEvent::Kind kind, const NewFiles& files,
                             int version) {
  ReloadEvent event;
  event.kind = kind;
  event.version = version;
  event.changed = files.changes.files;
  if (files.build.has_value()) {
    event.output = files.build->output;
    event.build_time = files.build->ended - files.build->started;
  }
  return event;
}

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_NEW_FILES_H_
