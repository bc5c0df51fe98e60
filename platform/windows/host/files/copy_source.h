#ifndef PLATFORM_WINDOWS_HOST_FILES_COPY_SOURCE_H_
#define PLATFORM_WINDOWS_HOST_FILES_COPY_SOURCE_H_

#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/windows/system/handle.h"

namespace relib::platform {

// A regular file that is copied while others may write to it or replace it.
class CopySource {
 public:
  // Opens the file. Waits up to 20 ms until its time of change is old enough
  // for a later write to change it. InvalidArgument if it isn't a regular file.
  static absl::StatusOr<CopySource> Open(const std::string& path);

  // Copies the whole file to `target`, which becomes as long as the file.
  // Aborted if the file has changed, or has been replaced, since Open().
  absl::Status CopyTo(HANDLE target) const;

 private:
  // ChangeTime also changes when a program sets the other times back.
  struct Version {
    int64_t size = -1;
    int64_t write_time = 0;
    int64_t change_time = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };

  CopySource(std::string path, Handle file);

  absl::StatusOr<Version> ReadVersion() const;

  std::string path_;
  Handle file_;
  Version version_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_FILES_COPY_SOURCE_H_
