#include "relib/options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
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

std::string BadFree::ToString() const {
  std::string text =
      absl::StrCat(module, " freed ", absl::StrFormat("%p", address), ", ");
  switch (kind) {
    case Kind::kDoubleFree:
      absl::StrAppend(&text, place, " that it has freed before");
      break;
    case Kind::kForeignBlock:
      absl::StrAppend(
          &text, "which isn't its own: ",
          owner.empty()
              ? absl::StrCat("it belongs to the host or the C library (", place,
                             ")")
              : absl::StrCat("it is ", place, " of ", owner));
      break;
    case Kind::kNotABlock:
      absl::StrAppend(&text, "which is no block: ",
                      place.empty() ? "nothing is mapped there"
                                    : absl::StrCat("it lies in ", place));
      if (!owner.empty()) absl::StrAppend(&text, " of ", owner);
      break;
  }
  absl::StrAppend(&text, "\nfreed by\n", call.ToString());
  if (!first_free.empty()) {
    absl::StrAppend(&text, "freed before by\n", first_free.ToString());
  }
  if (!allocation.empty()) {
    absl::StrAppend(&text, "allocated by\n", allocation.ToString());
  }
  return text;
}

const Leftover* UnloadReport::Find(std::string_view kind) const {
  const auto found = std::find_if(
      leftovers.begin(), leftovers.end(),
      [kind](const Leftover& entry) { return entry.kind == kind; });
  return found == leftovers.end() ? nullptr : &*found;
}

std::string UnloadReport::ToString() const {
  std::string text =
      absl::StrCat("unloaded in ", absl::FormatDuration(elapsed));
  if (!leftovers.empty()) absl::StrAppend(&text, ". Leftovers:");
  size_t width = 0;
  for (const Leftover& entry : leftovers)
    width = std::max(width, entry.kind.size());
  for (const Leftover& entry : leftovers) {
    const std::string size = entry.bytes > 0 ? ReadableBytes(entry.bytes) : "";
    absl::StrAppendFormat(&text, "\n  %-*s %8d %11s", static_cast<int>(width),
                          entry.kind, entry.count, size);
    if (!entry.items.empty()) {
      absl::StrAppend(&text, "  ", absl::StrJoin(entry.items, ", "),
                      entry.items.size() < entry.count ? ", ..." : "");
    }
    text.erase(text.find_last_not_of(' ') + 1);
  }
  for (const KeptLibrary& library : libraries) {
    absl::StrAppend(&text, "\n  ", library.path, " stays: ", library.why);
  }
  for (const Leak& leak : leaks) {
    absl::StrAppend(&text, "\n", leak.count, " blocks, ",
                    ReadableBytes(leak.bytes), ", allocated by\n",
                    leak.allocation.ToString());
  }
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

}  // namespace relib
