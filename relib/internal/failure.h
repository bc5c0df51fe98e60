#ifndef RELIB_INTERNAL_FAILURE_H_
#define RELIB_INTERNAL_FAILURE_H_

#include <memory>
#include <string>

#include "relib/errors.h"
#include "relib/internal/abi.h"

namespace relib::internal {

// The host's side of abi.h: an error, whichever side it comes from.
struct Failure {
  std::string type;
  std::string what;
};

using FailurePtr = std::unique_ptr<Failure>;

// What it says, for an error; frees it.
ExceptionInfo Take(Failure* failure);

// The functions that every module is given.
extern const HostApi kHostApi;

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_FAILURE_H_
