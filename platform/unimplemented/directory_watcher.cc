#include "platform/host/files/directory_watcher.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::platform {

absl::StatusOr<std::unique_ptr<DirectoryWatcher>> DirectoryWatcher::Watch(
    const std::vector<std::string>& /*paths*/) {
  return absl::UnimplementedError(
      "this platform cannot watch directories (tier 5 of platform/README.md)");
}

}  // namespace relib::platform
