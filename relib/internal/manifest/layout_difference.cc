#include "relib/internal/manifest/layout_difference.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace relib::internal {
namespace {

// A line of the table, such as "x" and "float @8".
struct Row {
  std::string name;
  std::string host;
  std::string module;
};

constexpr std::string_view kNone = "(none)";
// Limit that keeps the message readable.
constexpr size_t kMaxRows = 30;
constexpr size_t kMaxWidth = 60;

// A part of a layout, such as "x" and "float @8", or "size" and "12".
struct Part {
  std::string name;
  std::string_view value;
  std::string_view offset = {};

  std::string Text() const {
    return absl::CEscape(offset.empty() ? std::string(value)
                                        : absl::StrCat(value, " @", offset));
  }
};

// Parses "float x @8", the field with index `index`.
Part ParseField(std::string_view text, size_t index) {
  Part part;
  if (const size_t at = text.rfind(" @"); at != std::string_view::npos) {
    part.offset = text.substr(at + 2);
    text = text.substr(0, at);
  }
  const size_t space = text.rfind(' ');
  if (space == std::string_view::npos) return {.name = "?", .value = text};
  std::string_view name = text.substr(space + 1);
  part.value = text.substr(0, space);
  if (absl::ConsumePrefix(&name, "?")) {
    // A bit-field has a width, but no name and offset.
    part.value = text;
    part.name = absl::StrCat("bit-field ", index + 1);
  } else {
    part.name = absl::CEscape(name);
  }
  return part;
}

// Parses "size 12, align 4: float x @0; float y @4".
std::vector<Part> ParseLayout(std::string_view layout) {
  std::vector<Part> parts;
  const size_t colon = layout.find(": ");
  for (std::string_view head :
       absl::StrSplit(layout.substr(0, colon), ", ", absl::SkipEmpty())) {
    const size_t space = std::min(head.find(' '), head.size());
    parts.push_back({.name = absl::CEscape(head.substr(0, space)),
                     .value = absl::StripPrefix(head.substr(space), " ")});
  }
  if (colon == std::string_view::npos) return parts;
  size_t index = 0;
  for (std::string_view field :
       absl::StrSplit(layout.substr(colon + 2), "; ")) {
    parts.push_back(ParseField(field, index++));
  }
  return parts;
}

std::vector<Row> Compare(const std::vector<Part>& host,
                         std::vector<Part> module) {
  std::vector<Row> rows;
  for (const Part& part : host) {
    const auto other = std::find_if(
        module.begin(), module.end(),
        [&](const Part& candidate) { return candidate.name == part.name; });
    if (other == module.end()) {
      rows.push_back({part.name, part.Text(), std::string(kNone)});
      continue;
    }
    if (part.Text() != other->Text()) {
      rows.push_back({part.name, part.Text(), other->Text()});
    }
    module.erase(other);
  }
  for (const Part& part : module) {
    rows.push_back({part.name, std::string(kNone), part.Text()});
  }
  return rows;
}

}  // namespace

std::string DescribeLayoutDifference(std::string_view name,
                                     std::string_view host,
                                     std::string_view module) {
  std::string text = absl::StrCat("\n  type ", absl::CEscape(name));
  std::vector<Row> rows;
  if (host.starts_with("size ") && module.starts_with("size ")) {
    rows = Compare(ParseLayout(host), ParseLayout(module));
  }
  if (rows.empty()) {
    absl::StrAppend(&text, "\n    host:   ", absl::CEscape(host),
                    "\n    module: ", absl::CEscape(module));
    return text;
  }
  const size_t more = rows.size() - std::min(rows.size(), kMaxRows);
  rows.resize(rows.size() - more);
  size_t name_width = 0;
  size_t host_width = 4;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    host_width = std::max(host_width, row.host.size());
  }
  name_width = std::min(name_width, kMaxWidth);
  host_width = std::min(host_width, kMaxWidth);
  const auto append = [&](const Row& row) {
    absl::StrAppendFormat(&text, "\n    %-*s  %-*s  %s", name_width, row.name,
                          host_width, row.host, row.module);
  };
  append({"", "host", "module"});
  for (const Row& row : rows) append(row);
  if (more > 0) absl::StrAppend(&text, "\n    and ", more, " more fields");
  return text;
}

}  // namespace relib::internal
