#ifndef PLATFORM_HOST_DIRECTORY_WATCHER_H_
#define PLATFORM_HOST_DIRECTORY_WATCHER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace relib::platform {

// Reports which files changed below some directories. Not thread-safe.
class DirectoryWatcher {
 public:
  // `paths` are directories, watched with everything below them, also with
  // directories that are created later, or single files. A file is watched by
  // its name: it may be replaced, or not exist yet; its directory must exist.
  // NotFound names the path that doesn't exist. ResourceExhausted says how to
  // raise the system's limit.
  static absl::StatusOr<std::unique_ptr<DirectoryWatcher>> Watch(
      const std::vector<std::string>& paths);

  virtual ~DirectoryWatcher() = default;

  // The files that were written and closed, created, renamed to or away, or
  // deleted since the last call, each once, in the order of their first change,
  // as a path that starts with the one that was given to Watch(). Waits up to
  // `timeout` for the first one; zero never blocks. Directories are not
  // reported, only the files in them. Reading a file is no change. Below a
  // directory, names are joined by '/' on every system, and links are not
  // followed; a single file that is a link is followed on Linux.
  //
  // A watched directory that is deleted, moved away or replaced may come back;
  // then all files in it are reported.
  //
  // Windows doesn't tell when a file is closed: there a file counts as written
  // when it wasn't written to for 10 ms, and one that was created and deleted
  // again in between may be left out. One that was renamed counts at once.
  //
  // When the system dropped events, the result holds every watched path that
  // was given to Watch(), so that nothing is missed.
  virtual absl::StatusOr<std::vector<std::string>> Poll(
      absl::Duration timeout) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_DIRECTORY_WATCHER_H_
