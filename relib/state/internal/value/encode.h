#ifndef RELIB_STATE_INTERNAL_VALUE_ENCODE_H_
#define RELIB_STATE_INTERNAL_VALUE_ENCODE_H_

#include "absl/status/status.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/object.h"

namespace relib::internal {

// Appends the value of an object of the root type to `out`, for a Conversion to
// read. `out` may refer to memory of the object.
absl::Status Encode(const BoundSchema& type, const void* object, Bytes& out);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_ENCODE_H_
