#ifndef RELIB_STATE_INTERNAL_SCALAR_H_
#define RELIB_STATE_INTERNAL_SCALAR_H_

#include "relib/internal/boundary/state_abi.h"

namespace relib::internal {

// Converts a value at `from` (of any alignment) to one at `to`. What doesn't
// fit becomes the nearest value that does, a fraction is cut off, and what is
// no number becomes zero. True if nothing was lost.
using ScalarConversion = bool (*)(const void* from, void* to);

ScalarConversion ScalarConversionOf(ScalarType from, ScalarType to);

// A number of an integer type.
long long ReadInteger(ScalarType type, const void* from);
void WriteInteger(ScalarType type, long long value, void* to);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_SCALAR_H_
