#ifndef PLATFORM_TESTDATA_RUNFILE_H_
#define PLATFORM_TESTDATA_RUNFILE_H_

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/file.h"

namespace relib::platform {

// Path of a file that is data of the running test, named from the root of the
// repository. Under Wine TEST_SRCDIR is a path of Unix, which works there too.
inline std::string Runfile(const std::string& name) {
  const char* folder = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (folder == nullptr || workspace == nullptr) return name;
  return std::string(folder) + "/" + workspace + "/" + name;
}

inline absl::StatusOr<std::string> CanonicalPath(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  return file.ok() ? (*file)->CanonicalPath() : file.status();
}

}  // namespace relib::platform

#endif  // PLATFORM_TESTDATA_RUNFILE_H_
