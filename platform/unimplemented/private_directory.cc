#include "platform/host/files/private_directory.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

absl::StatusOr<std::unique_ptr<PrivateDirectory>> PrivateDirectory::Create(
    const std::string& /*prefix*/, const std::string& /*parent*/) {
  return absl::UnimplementedError(
      "this platform cannot make private copies (tier 5 of "
      "platform/README.md)");
}

}  // namespace relib::platform
