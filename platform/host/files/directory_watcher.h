#ifndef PLATFORM_HOST_FILES_DIRECTORY_WATCHER_H_
#define PLATFORM_HOST_FILES_DIRECTORY_WATCHER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace relib::platform {

// Reports changes of files below some directories. Not thread-safe.
class DirectoryWatcher {
 public:
  // Starts to watch `paths`. A directory is watched recursively, including
  // subdirectories that are created later. A single file is watched by name: it
  // may be replaced or not exist yet, but its directory must exist.
  //
  // NotFound names the path that does not exist. ResourceExhausted says how to
  // raise the system's limit.
  static absl::StatusOr<std::unique_ptr<DirectoryWatcher>> Watch(
      const std::vector<std::string>& paths);

  virtual ~DirectoryWatcher() = default;

  // Returns the files that were closed after writing, created, renamed to or
  // away, or deleted since the last call. Each file is listed once, in the
  // order of the first changes, with a path that starts with the one passed to
  // Watch(). Waits up to `timeout` for the first change; zero never blocks.
  // Changes of directories and reads of files are not reported. Below a
  // directory, names are joined by '/' on every system, and links are not
  // followed. A link that is watched as a single file is followed on Linux.
  //
  // A watched directory may be deleted, moved away or replaced. When it exists
  // again, all files in it are reported.
  //
  // Windows does not report that a file was closed. There, a file counts as
  // written when 10 ms have passed since the last write, and a file that was
  // created and deleted within that time may be left out. A renamed file counts
  // at once.
  //
  // If the system dropped events, the result holds every path that was passed
  // to Watch(), so that no change is missed.
  virtual absl::StatusOr<std::vector<std::string>> Poll(
      absl::Duration timeout) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILES_DIRECTORY_WATCHER_H_
