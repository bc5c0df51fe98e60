#include "relib/reload/internal/file_contents.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/file.h"

namespace relib::internal {

absl::StatusOr<uint64_t> HashOfContents(const std::string& path) {
  absl::StatusOr<std::unique_ptr<platform::File>> file =
      platform::File::Open(path);
  if (!file.ok()) return file.status();
  std::vector<char> buffer(size_t{1} << 18);
  uint64_t hash = (*file)->size();
  for (uint64_t offset = 0; offset < (*file)->size();) {
    const size_t size =
        std::min<uint64_t>(buffer.size(), (*file)->size() - offset);
    if (!(*file)->ReadAt(offset, buffer.data(), size)) {
      return absl::AbortedError(
          absl::StrCat(path, " became shorter while it was read"));
    }
    hash = absl::HashOf(hash, std::string_view(buffer.data(), size));
    offset += size;
  }
  return hash;
}

}  // namespace relib::internal
