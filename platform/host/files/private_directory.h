#ifndef PLATFORM_HOST_FILES_PRIVATE_DIRECTORY_H_
#define PLATFORM_HOST_FILES_PRIVATE_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// A directory for files of this process that no other user can read (mode 0700;
// an access list for the current user on Windows). The destructor deletes it
// with its contents, regardless of the current working directory, and does not
// follow links in it. In a child of fork(), the object of the parent deletes
// nothing and makes no copies. Thread-safe.
class PrivateDirectory {
 public:
  // Creates `<parent>/<prefix>-<pid>-<random>`. An empty `parent` means the
  // system's directory for temporary files. Also sweeps directories with the
  // same prefix whose processes have ended without deleting them. Directories
  // of other users and of running processes are left alone. A process counts as
  // running while it holds a lock that the system drops at its end: flock() on
  // the directory, or LockFileEx() on a file in it on Windows. Programs of both
  // systems may share a parent; each sweeps only directories of its own system.
  //
  // InvalidArgument: `prefix` is empty or cannot be part of a file name.
  static absl::StatusOr<std::unique_ptr<PrivateDirectory>> Create(
      const std::string& prefix, const std::string& parent = "");

  virtual ~PrivateDirectory() = default;

  virtual const std::string& path() const = 0;

  // Copies the file at `source` into the directory and returns the path of the
  // copy: an unused name that starts with `name_prefix` and has the extension
  // of `source`. On errors there is no partial copy. The copy has mode 0700 if
  // the source is executable and 0600 otherwise. Waits up to 20 ms if the
  // source was written just now, until another write would change its time
  // stamp.
  //
  // Errors:
  //   NotFound, PermissionDenied, ResourceExhausted (no space)  from the system
  //   InvalidArgument  not a regular file
  //   Aborted          the source was changed or replaced during the copy
  //   FailedPrecondition  the directory is deleted, or belongs to the parent of
  //                       this process
  virtual absl::StatusOr<std::string> CopyIn(
      const std::string& source, const std::string& name_prefix) = 0;

  // Prepares a file that makes the next CopyIn() with the name prefix and
  // extension of `copy`, an earlier result of CopyIn(), faster: the file exists
  // already, with the size of `copy` or 1 MiB if that is larger. Takes about as
  // long as a copy of that size. Returns its path for Withdraw(), or "" on
  // failure.
  virtual std::string Prepare(const std::string& copy) = 0;

  // Deletes a file that Prepare() made, unless a CopyIn() has used it.
  virtual void Withdraw(const std::string& prepared) = 0;

  // Deletes one file of the directory. `path` is a result of CopyIn(); other
  // paths are ignored. A file that is in use and cannot be deleted (a loaded
  // library on Windows) is retried at each later call and by the destructor. If
  // it is in use even then, the next process that calls Create() sweeps it.
  virtual void Remove(const std::string& path) = 0;

  // Deletes the directory with its contents now. If files are in use and cannot
  // be deleted, the Remove() of the last one deletes the directory. For the end
  // of a process, in which objects that own files may outlive this one's owner.
  virtual void Delete() = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILES_PRIVATE_DIRECTORY_H_
