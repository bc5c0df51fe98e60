#include "absl/status/status.h"
#include "relib/host.h"

namespace relib::internal {

absl::Status HostSide::NotOfAModuleStatus() {
  return absl::FailedPreconditionError(
      "this export belongs to no module: call it through Module::exports(), or "
      "when the Reloader has a version that runs");
}

}  // namespace relib::internal
