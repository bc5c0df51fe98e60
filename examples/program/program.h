#ifndef EXAMPLES_PROGRAM_PROGRAM_H_
#define EXAMPLES_PROGRAM_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// Returns the path of this program's file. The file may have been replaced by a
// newer one since the program started.
absl::StatusOr<std::string> ProgramPath();

// Replaces this program by the one at ProgramPath(). The new program gets
// `arguments` after its name, and the same directory, environment, terminal and
// standard streams. Flushes the streams of the C library, but runs no
// destructors. Returns only if the new program can't be started.
//
// On Linux the process stays the same. On Windows the new program is a child
// process. This process waits for the child and exits with its exit code.
absl::Status ReplaceProgram(const std::vector<std::string>& arguments);

}  // namespace relib::platform

#endif  // EXAMPLES_PROGRAM_PROGRAM_H_
