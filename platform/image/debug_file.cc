#include "platform/image/debug_file.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace relib::platform {

absl::Status SetDebugFileName(const std::string& library,
                              const DebugFileName& place,
                              std::string_view name) {
  if (name.size() > place.max_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is room for ", place.max_size, " characters in ",
                     library, ", too few for ", name));
  }
  std::string bytes(name);
  bytes.resize(place.max_size + 1);
  std::fstream file(std::filesystem::path(library),
                    std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(place.offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    return absl::InternalError(absl::StrCat("can't write to ", library));
  }
  return absl::OkStatus();
}

}  // namespace relib::platform
