#ifndef EXAMPLES_PROGRAM_PROGRAM_H_
#define EXAMPLES_PROGRAM_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

// The file of this program. A newer one may lie there by now.
absl::StatusOr<std::string> ProgramPath();

// Starts the program that lies at ProgramPath() instead of this one, with these
// arguments behind its name, in the same directory, with the same environment,
// terminal and standard streams. Returns only if that fails. Nothing is
// destroyed or flushed but the standard streams of C.
//
// On Linux it is the same process. On Windows it is a child, which this process
// waits for, to end as it does.
absl::Status ReplaceProgram(const std::vector<std::string>& arguments);

}  // namespace relib::platform

#endif  // EXAMPLES_PROGRAM_PROGRAM_H_
