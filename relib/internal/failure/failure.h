#ifndef RELIB_INTERNAL_FAILURE_FAILURE_H_
#define RELIB_INTERNAL_FAILURE_FAILURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// An error on its way across the boundary, whichever side it comes from.
struct Failure {
  struct Part {
    std::string type;
    std::string what;
    // The return addresses from the throw on, not symbolized.
    std::vector<uintptr_t> addresses;
  };
  // The exceptions of a chain, in which each is the cause of the previous one.
  // At least one.
  std::vector<Part> parts;
  // The result of HostApi::failure_what.
  std::string what;
};

// Converts a failure. Takes ownership of `failure`.
ExceptionInfo TakeFailure(Failure* failure);

// The functions that the loader passes to every module.
extern const HostApi kHostApi;

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_FAILURE_FAILURE_H_
