#ifndef PLATFORM_HOST_SUBPROCESS_H_
#define PLATFORM_HOST_SUBPROCESS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace relib::platform {

// The result of a command that has ended.
struct ExitStatus {
  // The exit code of the command. If a signal ended the command, 128 plus the
  // number of the signal, as in shells. If it crashed on Windows, an NTSTATUS,
  // which is negative here.
  int code = 0;
  bool success() const { return code == 0; }
  // Returns "exit code 1", "signal 9 (Killed)" or "exit code 0xc0000005".
  std::string ToString() const;
};

// A shell command that runs in the background. Not thread-safe.
//
// The command runs in its own session (on Windows: in its own job), so Ctrl-C
// at the terminal doesn't reach it. A process that leaves the session on
// purpose, as daemons do, is no longer part of the command: neither Kill() nor
// the destructor ends it. The class works with any disposition of SIGCHLD, and
// does not change it.
//
// In a child of this process, made by fork(), Kill() and the destructor do
// nothing, and Wait() returns exit code 137: the command belongs to the parent.
class Subprocess {
 public:
  // Starts `command` in the system's shell (/bin/sh -c, cmd /c), without
  // standard input. If `working_directory` is empty, the command runs in the
  // current directory of this process. Its standard output and error are
  // collected in the order in which they are written; no other descriptor or
  // handle of this process is inherited.
  // Returns NotFound if the working directory does not exist, and
  // ResourceExhausted, with nothing running, if there can be no more threads.
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(
      const std::string& command, const std::string& working_directory);

  // Kills every process of the command that still runs, including those that
  // a command that has ended left behind.
  virtual ~Subprocess() = default;

  // Waits up to `timeout` until the command has ended; with zero, does not
  // block. Returns nullopt while the command runs. Also appends what the
  // command has written to output(). The command never blocks on a full pipe,
  // even if Wait() is rarely called.
  virtual std::optional<ExitStatus> Wait(absl::Duration timeout) = 0;

  // Returns the output as of the last Wait().
  virtual const std::string& output() const = 0;

  // Ends the command and every process that it has started, and waits until
  // they are gone. On Unix, they first get SIGTERM and 250 ms to clean up. If
  // the command was still running, its exit code is 137 on every system.
  virtual void Kill() = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_SUBPROCESS_H_
