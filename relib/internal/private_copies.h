#ifndef RELIB_INTERNAL_PRIVATE_COPIES_H_
#define RELIB_INTERNAL_PRIVATE_COPIES_H_

#include "absl/status/statusor.h"
#include "platform/private_directory.h"

namespace relib::internal {

// The folder for the private copies of this process: made at the first call,
// and deleted when the process exits. What crashed processes left is swept when
// it is made. Thread-safe; a failure isn't remembered.
absl::StatusOr<platform::PrivateDirectory*> PrivateCopies();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_PRIVATE_COPIES_H_
