#ifndef RELIB_RELOAD_INTERNAL_CHECKS_H_
#define RELIB_RELOAD_INTERNAL_CHECKS_H_

#include <string>

#include "absl/status/status.h"
#include "relib/reload/options.h"

namespace relib::internal {

// Returns `path`, which is relative to `directory`, as an absolute path: the
// process may change its working directory later. Returns a path that can't be
// made absolute unchanged; using it then reports the reason.
std::string AbsolutePath(const std::string& directory, const std::string& path);

// Returns an error that says how the options contradict each other.
absl::Status CheckOptions(const ReloadOptions& options);

// Returns true if a file that is still being written may cause this load error.
// If the file was built by the Reloader, it is complete unless somebody else is
// writing it.
bool MayBeIncomplete(const absl::Status& status, bool was_built);

// Returns true if this load error means that the module was built with another
// version of the header that it shares with the program.
bool IsInterfaceMismatch(const absl::Status& status);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_CHECKS_H_
