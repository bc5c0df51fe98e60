#ifndef RELIB_INTERNAL_FILES_PRIVATE_COPIES_H_
#define RELIB_INTERNAL_FILES_PRIVATE_COPIES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/files/file.h"
#include "platform/host/files/private_directory.h"

namespace relib::internal {

// Returns the directory for the private copies of this process. The first call
// creates it and deletes those of crashed processes; it is deleted when the
// process exits. After an error, the next call tries again. A child of fork()
// gets a directory of its own. The directory is never destroyed, so copies may
// be deleted at any time. Thread-safe.
absl::StatusOr<platform::PrivateDirectory*> PrivateCopies();

// The paths of a copy of a library, and of its PDB file if that was copied,
// too.
struct PrivateCopy {
  std::string library;
  std::string debug_file;
};

struct OpenPrivateCopy {
  // Deletes the files when the last reference is gone.
  std::shared_ptr<const PrivateCopy> copy;
  // The copy of the library.
  std::unique_ptr<platform::File> file;
};

// Copies the library at `path` into that directory. The copy refers to the copy
// of its PDB file, so that symbolizers and debuggers don't open the original,
// which the next build overwrites. The errors are those of
// PrivateDirectory::Create() and CopyIn().
absl::StatusOr<OpenPrivateCopy> CopyPrivately(const std::string& path);

// A file that is allocated in advance for the next copy of the library that
// `copy` was made of. Allocating it takes as much time as that copy then saves.
// Has no effect if the file can't be allocated.
class PreparedCopy {
 public:
  explicit PreparedCopy(const PrivateCopy& copy);
  PreparedCopy(const PreparedCopy&) = delete;
  PreparedCopy& operator=(const PreparedCopy&) = delete;
  // Deletes the file unless a copy has used it.
  ~PreparedCopy();

 private:
  std::string file_;
  platform::PrivateDirectory* copies_ = nullptr;
};

// Returns whether the library at `path` has the bytes that `copy` was made of.
// Returns false if one of the files can't be read.
bool HasContentsOf(const PrivateCopy& copy, const std::string& path);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_FILES_PRIVATE_COPIES_H_
