#ifndef PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_
#define PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "platform/host/subprocess.h"

namespace relib::platform {

// Returns true if `command` is for the Unix system that Wine runs on. Compilers
// and build tools live there when a Windows program is cross-compiled. Such a
// command begins with a Unix path ("/usr/bin/make", "./build.sh"), or with a
// name that the environment variable RELIB_WINE_UNIX_PROGRAMS lists, such as
// "bazel:ninja"; tools/wine_runner.sh sets it. Returns false on real Windows.
bool IsUnixCommand(std::string_view command);

// Runs `command` in the /bin/sh of the Unix system that Wine runs on.
// `working_directory` is a Windows path. Returns Unimplemented on real Windows.
//
// Wine's CreateProcessW() can start Unix programs, but provides no process to
// wait for, no exit code and no pipe. So it starts a small shell script in a
// private directory. The script runs the command, and writes its result to
// files in that directory, which the Windows side polls every few milliseconds:
// `pid` (which is also the session, for Kill()), `output` and `status`.
//
// The output goes through a file: if the command opens /dev/stdout or
// /dev/stderr itself, it overwrites the output that Wait() has not collected
// yet.
absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_UNIX_COMMAND_H_
