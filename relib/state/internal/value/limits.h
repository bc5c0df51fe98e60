#ifndef RELIB_STATE_INTERNAL_VALUE_LIMITS_H_
#define RELIB_STATE_INTERNAL_VALUE_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"

namespace relib::internal {

// The deepest nesting of structs and containers in a value. Values are visited
// recursively, so a deeper one could overflow the stack.
inline constexpr int kMaxStateDepth = 500;

// The largest plan of a conversion: the types that it handles, each as often as
// it occurs, with their fields and enumerators. A hostile file can describe
// types with 2^n occurrences in n types.
inline constexpr size_t kMaxConversionSize = 100'000;

// Returns the error for a value that is nested deeper.
absl::Status TooDeep();

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_LIMITS_H_
