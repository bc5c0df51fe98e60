#include "relib/state/migration.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace relib {

std::string StateMigration::ToString() const {
  if (!layout_changed) {
    return absl::StrCat(state, ": carried over as it is");
  }
  std::string text = absl::StrCat(state, ": carried over into a new layout");
  const auto append = [&](std::string_view title,
                          const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      absl::StrAppend(&text, "\n  ", title, " ", line);
    }
  };
  append("added    ", added);
  append("removed  ", removed);
  append("converted", converted);
  append("migrated ", migrated);
  for (const Loss& loss : lost) {
    absl::StrAppend(&text, "\n  lost      ", loss.field, ": ", loss.what, ", ",
                    loss.count, loss.count == 1 ? " value" : " values");
  }
  return text;
}

}  // namespace relib
