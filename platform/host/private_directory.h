#ifndef PLATFORM_HOST_PRIVATE_DIRECTORY_H_
#define PLATFORM_HOST_PRIVATE_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// A directory for the files of this process alone, which nobody else can read
// (mode 0700; on Windows an access list for the current user). It goes with its
// contents when the object is destroyed, wherever the working directory is
// then; links in it are not followed. A child made by fork() leaves it alone.
// Thread-safe.
class PrivateDirectory {
 public:
  // Makes `<parent>/<prefix>-<pid>-<random>`; `parent` empty means the system's
  // directory for temporary files. Deletes what processes that ended without
  // doing so left there under the same prefix; directories of other users, and
  // of processes that run, are not touched. Which ones run is known by a lock
  // that the system drops when a process ends, not by process numbers: flock()
  // on the directory itself; LockFileEx() on a file in it on Windows. Programs
  // of both systems may share a parent: each sweeps only what its own system
  // left. InvalidArgument: `prefix` is empty or no part of a file's name.
  static absl::StatusOr<std::unique_ptr<PrivateDirectory>> Create(
      const std::string& prefix, const std::string& parent = "");

  virtual ~PrivateDirectory() = default;

  virtual const std::string& path() const = 0;

  // Copies the file at `source` into the directory under a name that is not
  // taken and starts with `name_prefix`, keeping its extension, and returns the
  // path of the copy. The copy is whole or there is none. The copy has mode
  // 0700 if the source is executable, 0600 otherwise. NotFound,
  // PermissionDenied, ResourceExhausted (no space) as the system says;
  // InvalidArgument: no regular file; Aborted: the source changed, or was
  // replaced, while it was read. For a file that was written just now this
  // waits up to 20 ms, until another write would change its time.
  virtual absl::StatusOr<std::string> CopyIn(
      const std::string& source, const std::string& name_prefix) = 0;

  // Makes a file ready for the next CopyIn() with the name and extension of
  // `copy`, a path that CopyIn() has given, which then finds most of the work
  // done: the file is there, and as long as `copy`, but at most 1 MiB. Takes
  // about as long as a copy of that size. Returns its path for Withdraw(), or
  // "" if it can't be made.
  virtual std::string Prepare(const std::string& copy) = 0;

  // Deletes what Prepare() has made, unless a CopyIn() has taken it.
  virtual void Withdraw(const std::string& prepared) = 0;

  // Deletes one file of the directory now; `path` as CopyIn() gave it, others
  // are ignored. One that is in use and can't be deleted (a loaded library on
  // Windows) is tried again with each call, and goes with the directory; if it
  // is in use even then, the next process that calls Create() sweeps it.
  virtual void Remove(const std::string& path) = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_PRIVATE_DIRECTORY_H_
