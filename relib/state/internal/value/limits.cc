#include "relib/state/internal/value/limits.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace relib::internal {

absl::Status TooDeep() {
  return absl::InvalidArgumentError(
      absl::StrCat("its value is nested more than ", kMaxStateDepth, " deep"));
}

}  // namespace relib::internal
