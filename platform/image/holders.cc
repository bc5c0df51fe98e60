#include "platform/image/holders.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/image/image_file.h"

namespace relib::platform {
namespace {

// A library without a version script may export thousands of names.
constexpr size_t kMaxNames = 8;

std::string SomeOf(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kMaxNames);
  std::string text = absl::StrJoin(names.begin(), names.begin() + shown, ", ");
  if (shown < names.size()) {
    absl::StrAppend(&text, " and ", names.size() - shown, " more");
  }
  return text;
}

}  // namespace

std::vector<std::string> HoldersInFile(const ImageFacts& facts) {
  std::vector<std::string> holders;
  if (!facts.unique_exports.empty()) {
    holders.push_back(absl::StrCat(
        "it exports GNU unique symbols (", SomeOf(facts.unique_exports),
        "), which the loader binds for the whole process: build it with "
        "relib_module() without a version script or -rdynamic of its own, or "
        "with -fvisibility=hidden and -fno-gnu-unique"));
  }
  if (facts.nodelete) {
    holders.push_back("it is marked never to be unloaded: remove -z nodelete");
  }
  return holders;
}

std::string DescribeDependents(const std::vector<std::string>& paths) {
  return absl::StrCat("it is needed by ", absl::StrJoin(paths, ", "),
                      ": unload that first");
}

std::string DescribeReferences(std::optional<uint32_t> count,
                               std::string_view calls) {
  return absl::StrCat(
      count.has_value() ? absl::StrCat(*count) : "an unknown number of",
      count == 1 ? " more reference by " : " more references by ", calls,
      ", taken by the library itself or by other code: release each of them");
}

}  // namespace relib::platform
