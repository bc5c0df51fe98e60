#include "platform/host/subprocess.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace relib::platform {

std::string ExitStatus::ToString() const {
  return absl::StrCat("exit code ", code);
}

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(
    const std::string& /*command*/, const std::string& /*working_directory*/) {
  return absl::UnimplementedError(
      "this platform cannot run commands (tier 5 of platform/README.md)");
}

}  // namespace relib::platform
