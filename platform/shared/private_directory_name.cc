#include "platform/shared/private_directory_name.h"

#include <string_view>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace relib::platform {

bool IsPrivateDirectoryName(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  const std::vector<std::string_view> parts =
      absl::StrSplit(name.substr(prefix.size()), '-');
  if (parts.size() != 3 || !parts[0].empty() || parts[1].empty() ||
      parts[2].size() != 16) {
    return false;
  }
  return absl::c_all_of(parts[1], absl::ascii_isdigit) &&
         absl::c_all_of(parts[2], absl::ascii_isxdigit);
}

}  // namespace relib::platform
