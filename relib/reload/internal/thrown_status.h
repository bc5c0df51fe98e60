#ifndef RELIB_RELOAD_INTERNAL_THROWN_STATUS_H_
#define RELIB_RELOAD_INTERNAL_THROWN_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace relib::internal {

// Returns the exception that is being handled as an error, for ExceptionOf().
// `function` is what threw it, as the message names it. Must be called in a
// catch block.
absl::Status ThrownStatus(std::string_view function);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_THROWN_STATUS_H_
