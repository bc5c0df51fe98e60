#ifndef PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_
#define PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host/subprocess.h"

namespace relib::platform {

// Runs `command` by the /bin/sh of the Unix system that Wine runs on.
//
// Wine's CreateProcessW() can start Unix programs, but gives no process to wait
// for, no exit code, and no pipe. So a small shell script, started that way in
// a private directory, runs the command and leaves everything in files there,
// which the other side polls every few milliseconds: `pid` (also that of the
// session, for Kill()), `output`, `status`.
//
// Unimplemented on real Windows.
absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_
