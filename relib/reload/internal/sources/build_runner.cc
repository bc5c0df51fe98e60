#include "relib/reload/internal/sources/build_runner.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "platform/host/subprocess.h"

namespace relib::internal {

void BuildRunner::Start() {
  started_ = platform::MonotonicTime::Now();
  absl::StatusOr<std::unique_ptr<platform::Subprocess>> process =
      platform::Subprocess::Start(command_, working_directory_);
  if (process.ok()) {
    process_ = *std::move(process);
  } else {
    failure_ = process.status();
  }
}

std::optional<BuildResult> BuildRunner::Wait(absl::Duration timeout) {
  if (failure_.has_value()) {
    BuildResult result{.status = absl::Status(
                           failure_->code(),
                           absl::StrCat("the build command can't be started: ",
                                        failure_->message())),
                       .output = {},
                       .started = started_,
                       .ended = platform::MonotonicTime::Now()};
    failure_.reset();
    return result;
  }
  if (process_ == nullptr) return std::nullopt;
  const std::optional<platform::ExitStatus> exit = process_->Wait(timeout);
  if (!exit.has_value()) return std::nullopt;
  BuildResult result{.status = {},
                     .output = process_->output(),
                     .started = started_,
                     .ended = platform::MonotonicTime::Now()};
  if (!exit->success()) {
    result.status = absl::UnknownError(
        absl::StrCat("the build failed: ", exit->ToString(), " of ", command_));
  }
  process_.reset();
  return result;
}

}  // namespace relib::internal
