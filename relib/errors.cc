#include "relib/errors.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace relib {
namespace {

struct KindInfo {
  std::string_view name;
  absl::StatusCode code;
};

// In the order of the enumerators, which are found by the name in a payload.
constexpr KindInfo kLoadErrors[] = {
    {"kNotFound", absl::StatusCode::kNotFound},
    {"kNotAModule", absl::StatusCode::kInvalidArgument},
    {"kIncompatible", absl::StatusCode::kFailedPrecondition},
    {"kAlreadyLoaded", absl::StatusCode::kAlreadyExists},
    {"kMissingExport", absl::StatusCode::kFailedPrecondition},
    {"kMissingImport", absl::StatusCode::kFailedPrecondition},
    {"kSignatureMismatch", absl::StatusCode::kFailedPrecondition},
    {"kLoaderFailed", absl::StatusCode::kFailedPrecondition},
    {"kConstructorFailed", absl::StatusCode::kAborted},
    {"kChangedWhileLoading", absl::StatusCode::kAborted},
    {"kCopyFailed", absl::StatusCode::kUnavailable},
};
constexpr KindInfo kUnloadErrors[] = {
    {"kCallsInFlight", absl::StatusCode::kUnavailable},
    {"kBeforeUnloadFailed", absl::StatusCode::kAborted},
    {"kThreadsStillRunning", absl::StatusCode::kUnavailable},
    {"kStillMapped", absl::StatusCode::kFailedPrecondition},
    {"kNotLoaded", absl::StatusCode::kFailedPrecondition},
};
constexpr KindInfo kCallErrors[] = {
    {"kUnloading", absl::StatusCode::kUnavailable},
    {"kException", absl::StatusCode::kAborted},
    {"kNoMain", absl::StatusCode::kUnimplemented},
    {"kWrongMainType", absl::StatusCode::kInvalidArgument},
    {"kNoExport", absl::StatusCode::kUnimplemented},
};

constexpr std::string_view kLoadErrorUrl = "relib/load-error";
constexpr std::string_view kUnloadErrorUrl = "relib/unload-error";
constexpr std::string_view kCallErrorUrl = "relib/call-error";
constexpr std::string_view kExceptionTypeUrl = "relib/exception-type";
constexpr std::string_view kExceptionWhatUrl = "relib/exception-what";

template <typename Error, size_t N>
std::optional<Error> ErrorOf(const absl::Status& status, std::string_view url,
                             const KindInfo (&kinds)[N]) {
  const std::optional<absl::Cord> payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  for (size_t i = 0; i < N; ++i) {
    if (*payload == kinds[i].name) return static_cast<Error>(i);
  }
  return std::nullopt;
}

absl::Status Make(const KindInfo& kind, std::string_view url,
                  std::string_view message) {
  absl::Status status(kind.code, message);
  status.SetPayload(url, absl::Cord(kind.name));
  return status;
}

const KindInfo& InfoOf(LoadError error) {
  return kLoadErrors[static_cast<size_t>(error)];
}
const KindInfo& InfoOf(UnloadError error) {
  return kUnloadErrors[static_cast<size_t>(error)];
}
const KindInfo& InfoOf(CallError error) {
  return kCallErrors[static_cast<size_t>(error)];
}

static_assert(std::size(kLoadErrors) ==
              static_cast<size_t>(LoadError::kCopyFailed) + 1);
static_assert(std::size(kUnloadErrors) ==
              static_cast<size_t>(UnloadError::kNotLoaded) + 1);
static_assert(std::size(kCallErrors) ==
              static_cast<size_t>(CallError::kNoExport) + 1);

}  // namespace

std::optional<LoadError> LoadErrorOf(const absl::Status& status) {
  return ErrorOf<LoadError>(status, kLoadErrorUrl, kLoadErrors);
}
std::optional<UnloadError> UnloadErrorOf(const absl::Status& status) {
  return ErrorOf<UnloadError>(status, kUnloadErrorUrl, kUnloadErrors);
}
std::optional<CallError> CallErrorOf(const absl::Status& status) {
  return ErrorOf<CallError>(status, kCallErrorUrl, kCallErrors);
}

std::string_view ToString(LoadError error) { return InfoOf(error).name; }
std::string_view ToString(UnloadError error) { return InfoOf(error).name; }
std::string_view ToString(CallError error) { return InfoOf(error).name; }

std::optional<ExceptionInfo> ExceptionOf(const absl::Status& status) {
  const std::optional<absl::Cord> type = status.GetPayload(kExceptionTypeUrl);
  const std::optional<absl::Cord> what = status.GetPayload(kExceptionWhatUrl);
  if (!type.has_value() || !what.has_value()) return std::nullopt;
  return ExceptionInfo{.type = std::string(*type), .what = std::string(*what)};
}

namespace internal {

absl::Status MakeError(LoadError error, std::string_view message) {
  return Make(InfoOf(error), kLoadErrorUrl, message);
}
absl::Status MakeError(UnloadError error, std::string_view message) {
  return Make(InfoOf(error), kUnloadErrorUrl, message);
}
absl::Status MakeError(CallError error, std::string_view message) {
  return Make(InfoOf(error), kCallErrorUrl, message);
}

void AttachException(const ExceptionInfo& exception, absl::Status* status) {
  status->SetPayload(kExceptionTypeUrl, absl::Cord(exception.type));
  status->SetPayload(kExceptionWhatUrl, absl::Cord(exception.what));
}

std::string Describe(const ExceptionInfo& exception) {
  const std::string_view type =
      exception.type.empty() ? std::string_view("an exception of unknown type")
                             : std::string_view(exception.type);
  return exception.what.empty() ? std::string(type)
                                : absl::StrCat(type, ": ", exception.what);
}

}  // namespace internal
}  // namespace relib
