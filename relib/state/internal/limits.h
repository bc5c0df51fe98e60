#ifndef RELIB_STATE_INTERNAL_LIMITS_H_
#define RELIB_STATE_INTERNAL_LIMITS_H_

#include "absl/status/status.h"

namespace relib::internal {

// Structs and containers in one another, in a value. What is deeper would use
// the stack up.
inline constexpr int kMaxStateDepth = 500;

absl::Status TooDeep();

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_LIMITS_H_
