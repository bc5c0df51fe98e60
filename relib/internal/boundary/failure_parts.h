#ifndef RELIB_INTERNAL_BOUNDARY_FAILURE_PARTS_H_
#define RELIB_INTERNAL_BOUNDARY_FAILURE_PARTS_H_

#include <string_view>
#include <vector>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/current_exception.h"

namespace relib::internal {

// Returns a part that refers to the texts.
inline FailurePart PartOf(std::string_view type, std::string_view what,
                          const void* exception) {
  return {.type = type.data(),
          .type_size = type.size(),
          .what = what.data(),
          .what_size = what.size(),
          .exception = exception};
}

// Returns parts that refer to `texts`.
inline std::vector<FailurePart> PartsOf(
    const std::vector<ExceptionText>& texts) {
  std::vector<FailurePart> parts;
  parts.reserve(texts.size());
  for (const ExceptionText& text : texts) {
    parts.push_back(PartOf(text.type, text.what, text.object));
  }
  return parts;
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_FAILURE_PARTS_H_
