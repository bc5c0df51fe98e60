#include "relib/options.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace relib {

std::string UnloadReport::ToString() const {
  return absl::StrCat("unloaded in ", absl::FormatDuration(elapsed));
}

}  // namespace relib
