#include "relib/internal/loader/host_side.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/failure/failure.h"

namespace relib::internal {

absl::Status HostSide::NotOfAModuleStatus() {
  return MakeError(
      CallError::kNoExport,
      "this export belongs to no module. If it is an OptionalExport, the "
      "module lacks it: check `if (exports.name)` first. If not, call "
      "it through Module::exports(), or when the Reloader has a version that "
      "runs");
}

Failure* HostSide::FailureOf(const absl::Status& status) {
  return MakeFailure("", status.message());
}

absl::Status HostSide::CallbackFailed(Failure* failure) {
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status = MakeError(
      CallError::kException,
      absl::StrCat("a callback of the module threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

}  // namespace relib::internal
