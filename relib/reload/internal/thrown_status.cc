#include "relib/reload/internal/thrown_status.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "relib/errors.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/failure/failure.h"

namespace relib::internal {

absl::Status ThrownStatus(std::string_view function) {
  const ExceptionInfo exception = TakeFailure(FailureFromCurrentException());
  absl::Status status = absl::UnknownError(
      absl::StrCat(function, " threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

}  // namespace relib::internal
