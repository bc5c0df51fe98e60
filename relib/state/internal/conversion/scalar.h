#ifndef RELIB_STATE_INTERNAL_CONVERSION_SCALAR_H_
#define RELIB_STATE_INTERNAL_CONVERSION_SCALAR_H_

#include "relib/internal/boundary/state_abi.h"

namespace relib::internal {

// Converts the value at `from`, which may have any alignment, to one at `to`. A
// value out of range becomes the nearest limit, fractions are cut off, and NaN
// becomes zero. Returns true if the value is unchanged.
using ScalarConversion = bool (*)(const void* from, void* to);

ScalarConversion ScalarConversionOf(ScalarType from, ScalarType to);

// Read and write a number of an integer type, of any alignment.
long long ReadInteger(ScalarType type, const void* from);
void WriteInteger(ScalarType type, long long value, void* to);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_SCALAR_H_
