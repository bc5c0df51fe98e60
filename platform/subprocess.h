#ifndef PLATFORM_SUBPROCESS_H_
#define PLATFORM_SUBPROCESS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace relib::platform {

// How a command ended.
struct ExitStatus {
  // The exit code; 128 + the number of the signal that ended it, as shells count.
  int code = 0;
  bool success() const { return code == 0; }
  // "exit code 1", "signal 9 (Killed)".
  std::string ToString() const;
};

// A shell command that runs in the background. Not thread-safe.
class Subprocess {
 public:
  // Runs `command` by the system's shell (/bin/sh -c, cmd /c) in
  // `working_directory` (empty: the one of this process) with no standard input.
  // What it writes to its standard output and error is collected, in order. No
  // descriptor or handle of this process is inherited but those.
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(
      const std::string& command, const std::string& working_directory);

  // Kills what still runs.
  virtual ~Subprocess() = default;

  // Waits up to `timeout` for the end; zero never blocks. Empty while it runs.
  // Also moves what it wrote to output(): the command never stalls because
  // nobody reads, however seldom this is called.
  virtual std::optional<ExitStatus> Wait(absl::Duration timeout) = 0;

  // What it has written so far.
  virtual const std::string& output() const = 0;

  // Ends the command and all that it started, and waits until they are gone.
  virtual void Kill() = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_SUBPROCESS_H_
