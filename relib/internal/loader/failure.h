#ifndef RELIB_INTERNAL_LOADER_FAILURE_H_
#define RELIB_INTERNAL_LOADER_FAILURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {

// The host's side of abi.h: an error, whichever side it comes from.
struct Failure {
  struct Part {
    std::string type;
    std::string what;
    // Where it was thrown, not looked up.
    std::vector<uintptr_t> addresses;
  };
  // At least one; each the cause of the one before it.
  std::vector<Part> parts;
  // For failure_what.
  std::string what;
};

// Takes it over.
ExceptionInfo TakeFailure(Failure* failure);

// The functions that every module is given.
extern const HostApi kHostApi;

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_FAILURE_H_
