#ifndef RELIB_STATE_INTERNAL_VALUE_CODE_H_
#define RELIB_STATE_INTERNAL_VALUE_CODE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// Calls functions of a StateAccess.
class StateCode {
 public:
  virtual ~StateCode() = default;

  // Runs `function`. Returns an error if the module's code throws or crashes.
  virtual absl::Status Call(absl::FunctionRef<Failure*()> function) const = 0;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_CODE_H_
