#ifndef PLATFORM_WINDOWS_SYSTEM_ERROR_H_
#define PLATFORM_WINDOWS_SYSTEM_ERROR_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace relib::platform {

// Returns a Windows error code as a status: "<what>: <the system's text> (error
// 5)". `code` is never ERROR_SUCCESS; a call that fails without a reason (code
// 0) gives Unknown.
absl::Status ErrorStatus(uint32_t code, std::string_view what);

// Does the same for GetLastError(). Call it before anything else can change
// that: `what` must be built beforehand, or without a system call.
absl::Status LastErrorStatus(std::string_view what);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_ERROR_H_
