#ifndef RELIB_INTERNAL_LOADER_PRIVATE_COPIES_H_
#define RELIB_INTERNAL_LOADER_PRIVATE_COPIES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/file.h"
#include "platform/host/private_directory.h"

namespace relib::internal {

// The directory for the private copies of this process: made at the first call,
// and deleted when the process exits. What crashed processes left is swept when
// it is made. Thread-safe; a failure isn't remembered.
absl::StatusOr<platform::PrivateDirectory*> PrivateCopies();

// A library, and its PDB file if that could be copied as well.
struct PrivateCopy {
  std::string library;
  std::string debug_file;
};

struct OpenPrivateCopy {
  // Deletes the files when it goes.
  std::shared_ptr<const PrivateCopy> copy;
  // The library.
  std::unique_ptr<platform::File> file;
};

// Copies the library at `path` into that directory. The copy names the copy of
// its PDB file: nothing that looks the code up opens the original, which the
// next build overwrites. Errors: as PrivateDirectory::Create() and CopyIn().
absl::StatusOr<OpenPrivateCopy> CopyPrivately(const std::string& path);

// A file that the next copy of the library that `copy` was made of will take:
// that copy then takes less time, and this as much as it saves. Without it, if
// there can't be one.
class PreparedCopy {
 public:
  explicit PreparedCopy(const PrivateCopy& copy);
  PreparedCopy(const PreparedCopy&) = delete;
  PreparedCopy& operator=(const PreparedCopy&) = delete;
  // Deletes the file, if no copy has taken it.
  ~PreparedCopy();

 private:
  std::string file_;
};

// True if the library at `path` has the bytes that `copy` was made of. False
// also if one of the files can't be read.
bool HasContentsOf(const PrivateCopy& copy, const std::string& path);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_PRIVATE_COPIES_H_
