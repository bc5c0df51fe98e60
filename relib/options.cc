#include "relib/options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace relib {
namespace {

std::string ReadableBytes(uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  if (bytes < 1024 * 1024) return absl::StrFormat("%.1f KiB", bytes / 1024.0);
  return absl::StrFormat("%.1f MiB", bytes / (1024.0 * 1024.0));
}

}  // namespace

const Left* UnloadReport::Find(std::string_view kind) const {
  const auto found =
      std::find_if(left.begin(), left.end(),
                   [kind](const Left& entry) { return entry.kind == kind; });
  return found == left.end() ? nullptr : &*found;
}

std::string UnloadReport::ToString() const {
  std::string text =
      absl::StrCat("unloaded in ", absl::FormatDuration(elapsed));
  if (left.empty()) return text;
  absl::StrAppend(&text, ". It had left:");
  size_t width = 0;
  for (const Left& entry : left) width = std::max(width, entry.kind.size());
  for (const Left& entry : left) {
    const std::string size = entry.bytes > 0 ? ReadableBytes(entry.bytes) : "";
    absl::StrAppendFormat(&text, "\n  %-*s %8d %11s", static_cast<int>(width),
                          entry.kind, entry.count, size);
    if (!entry.items.empty()) {
      absl::StrAppend(&text, "  ", absl::StrJoin(entry.items, ", "),
                      entry.items.size() < entry.count ? ", ..." : "");
    }
    text.erase(text.find_last_not_of(' ') + 1);
  }
  return text;
}

}  // namespace relib
