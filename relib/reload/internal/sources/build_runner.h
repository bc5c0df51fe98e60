#ifndef RELIB_RELOAD_INTERNAL_SOURCES_BUILD_RUNNER_H_
#define RELIB_RELOAD_INTERNAL_SOURCES_BUILD_RUNNER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "platform/host/subprocess.h"

namespace relib::internal {

struct BuildResult {
  // OK if the command has succeeded, or else how it ended.
  absl::Status status;
  // The output of the command.
  std::string output;
  platform::MonotonicTime started;
  platform::MonotonicTime ended;
};

// Runs the build command in the background, one build at a time. The destructor
// kills a running build. Not thread-safe.
class BuildRunner {
 public:
  BuildRunner(std::string command, std::string working_directory)
      : command_(std::move(command)),
        working_directory_(std::move(working_directory)) {}

  // Starts the command. The next Wait() reports an error of that.
  void Start();

  bool running() const { return process_ != nullptr || failure_.has_value(); }

  // Waits up to `timeout` for the end of the build; does not block with zero.
  // Returns nullopt if the build still runs, or if none was started.
  std::optional<BuildResult> Wait(absl::Duration timeout);

  void Kill() {
    process_.reset();
    failure_.reset();
  }

 private:
  const std::string command_;
  const std::string working_directory_;
  std::unique_ptr<platform::Subprocess> process_;
  // The reason why there is no process.
  std::optional<absl::Status> failure_;
  platform::MonotonicTime started_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_SOURCES_BUILD_RUNNER_H_
