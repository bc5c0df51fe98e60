#ifndef PLATFORM_HOST_SUBPROCESS_H_
#define PLATFORM_HOST_SUBPROCESS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace relib::platform {

// How a command ended.
struct ExitStatus {
  // The exit code; 128 + the number of the signal that ended it, as shells
  // count. On Windows a crash gives an NTSTATUS, which is negative here.
  int code = 0;
  bool success() const { return code == 0; }
  // "exit code 1", "signal 9 (Killed)", "exit code 0xc0000005".
  std::string ToString() const;
};

// A shell command that runs in the background. Not thread-safe.
//
// It runs in a session (on Windows: a job) of its own, so Ctrl-C at the
// terminal doesn't reach it. A process that leaves that on purpose, as daemons
// do, is no longer part of the command: neither Kill() nor the destructor ends
// it. It works whatever the program does with SIGCHLD, and leaves that alone.
class Subprocess {
 public:
  // Runs `command` by the system's shell (/bin/sh -c, cmd /c) in
  // `working_directory` (empty: the one of this process) with no standard
  // input. What it writes to its standard output and error is collected, in
  // order. No descriptor or handle of this process is inherited but those.
  // NotFound if there is no such working directory.
  //
  // A command that starts with "unix:" is for the Unix system, also when this
  // is a Windows program that Wine runs there: the rest of it goes to that
  // system's /bin/sh, whose working directory is the same directory by its Unix
  // name. Linux drops the prefix; real Windows answers Unimplemented. Under
  // Wine, output goes through a file: what a command writes by opening
  // /dev/stdout or /dev/stderr anew replaces what was written before and not
  // yet collected by Wait().
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(
      const std::string& command, const std::string& working_directory);

  // Kills what still runs, also what a command that has ended left running.
  virtual ~Subprocess() = default;

  // Waits up to `timeout` for the end; zero never blocks. Empty while it runs.
  // Also moves what it wrote to output(): the command never stalls because
  // nobody reads, however seldom this is called.
  virtual std::optional<ExitStatus> Wait(absl::Duration timeout) = 0;

  // What it has written so far.
  virtual const std::string& output() const = 0;

  // Ends the command and all that it started, and waits until they are gone.
  // A Unix command gets SIGTERM and 250 ms to tidy up before that. A command
  // that was still running has ended with code 137 then, on every system.
  virtual void Kill() = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_SUBPROCESS_H_
