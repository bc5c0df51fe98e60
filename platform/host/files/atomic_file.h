#ifndef PLATFORM_HOST_FILES_ATOMIC_FILE_H_
#define PLATFORM_HOST_FILES_ATOMIC_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace relib::platform {

// Writes a file at `path`, or replaces the one that is there. At any time, also
// after a crash of the system, the path has the whole old file or the whole new
// one. If several threads or processes replace a file, one of them comes last,
// and its contents stay. A link at `path` is replaced, not followed.
//
// On Linux, the new file has the permissions of the one that it replaces. On
// Windows, it has those that its directory gives to new files: ReplaceFileW(),
// which would keep the access control list, may leave neither file at `path`.
//
// Writes a new file in the same directory first, which nobody else can have
// created. On an error nothing has changed; returns the answer of the system.
absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view contents);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILES_ATOMIC_FILE_H_
