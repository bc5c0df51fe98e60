#ifndef PLATFORM_TESTS_LIBRARIES_RUNFILE_H_
#define PLATFORM_TESTS_LIBRARIES_RUNFILE_H_

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/files/file.h"

namespace relib::platform {

// Returns the path of a data file of the running test. `name` is relative to
// the root of the repository. Under Wine, TEST_SRCDIR is a Unix path, which
// works there too.
inline std::string Runfile(const std::string& name) {
  const char* directory = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (directory == nullptr || workspace == nullptr) return name;
  return std::string(directory) + "/" + workspace + "/" + name;
}

inline absl::StatusOr<std::string> CanonicalPath(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  return file.ok() ? (*file)->CanonicalPath() : file.status();
}

}  // namespace relib::platform

#endif  // PLATFORM_TESTS_LIBRARIES_RUNFILE_H_
