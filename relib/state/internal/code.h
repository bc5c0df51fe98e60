#ifndef RELIB_STATE_INTERNAL_CODE_H_
#define RELIB_STATE_INTERNAL_CODE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// How functions of a StateAccess are called.
class StateCode {
 public:
  virtual ~StateCode() = default;

  // An error if it throws or crashes.
  virtual absl::Status Call(absl::FunctionRef<Failure*()> function) const = 0;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CODE_H_
