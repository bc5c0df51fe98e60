#include "platform/host/files/atomic_file.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace relib::platform {

absl::Status WriteFileAtomically(const std::string& path, std::string_view) {
  return absl::UnimplementedError(absl::StrCat(
      "can't write ", path, ": files can't be replaced on this system"));
}

}  // namespace relib::platform
