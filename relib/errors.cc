#include "relib/errors.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace relib {
namespace {

struct KindInfo {
  std::string_view name;
  absl::StatusCode code;
};

// In the order of the enumerators. A payload contains the name.
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
    {"kState", absl::StatusCode::kFailedPrecondition},
    {"kStaleLibrary", absl::StatusCode::kFailedPrecondition},
};
constexpr KindInfo kUnloadErrors[] = {
    {"kCallsInFlight", absl::StatusCode::kUnavailable},
    {"kInUse", absl::StatusCode::kFailedPrecondition},
    {"kBeforeUnloadFailed", absl::StatusCode::kAborted},
    {"kDeadlineExceeded", absl::StatusCode::kDeadlineExceeded},
    {"kThreadsStillRunning", absl::StatusCode::kUnavailable},
    {"kCallbacksInUse", absl::StatusCode::kUnavailable},
    {"kStillMapped", absl::StatusCode::kFailedPrecondition},
    {"kState", absl::StatusCode::kFailedPrecondition},
    {"kStays", absl::StatusCode::kUnimplemented},
    {"kNotLoaded", absl::StatusCode::kFailedPrecondition},
    {"kLibraryInUse", absl::StatusCode::kUnavailable},
};
constexpr KindInfo kCallErrors[] = {
    {"kUnloading", absl::StatusCode::kUnavailable},
    {"kException", absl::StatusCode::kAborted},
    {"kNoMain", absl::StatusCode::kUnimplemented},
    {"kWrongMainType", absl::StatusCode::kInvalidArgument},
    {"kNoExport", absl::StatusCode::kFailedPrecondition},
    {"kCrashed", absl::StatusCode::kAborted},
    {"kPoisoned", absl::StatusCode::kFailedPrecondition},
};

constexpr std::string_view kLoadErrorUrl = "relib/load-error";
constexpr std::string_view kUnloadErrorUrl = "relib/unload-error";
constexpr std::string_view kCallErrorUrl = "relib/call-error";
constexpr std::string_view kExceptionTypeUrl = "relib/exception-type";
constexpr std::string_view kExceptionWhatUrl = "relib/exception-what";
constexpr std::string_view kExceptionNumberUrl = "relib/exception-number";
constexpr std::string_view kCrashNumberUrl = "relib/crash-number";

// Values that can't be serialized into a status. The payload of the status is a
// number that refers to the value. The copies of the status share the memory of
// that number; when it is freed, the last copy is gone and the value is
// destroyed. Thread-safe.
class KeptValues {
 public:
  static KeptValues& Get() {
    static absl::NoDestructor<KeptValues> kept;
    return *kept;
  }

  absl::Cord Keep(std::shared_ptr<const void> value) {
    auto number = std::make_unique<std::string>();
    {
      const absl::MutexLock lock(mutex_);
      *number = absl::StrCat(++last_);
      values_.emplace(*number, std::move(value));
    }
    const std::string_view text = *number;
    return absl::MakeCordFromExternal(
        text, [this, number = std::move(number)] { Forget(*number); });
  }

  // Returns the value that the payload at `url` refers to, which is a T.
  // Returns null if there is no payload or it comes from another process.
  template <typename T>
  std::shared_ptr<const T> Find(const absl::Status& status,
                                std::string_view url) const {
    const std::optional<absl::Cord> number = status.GetPayload(url);
    if (!number.has_value()) return nullptr;
    const absl::MutexLock lock(mutex_);
    const auto found = values_.find(std::string(*number));
    return found == values_.end()
               ? nullptr
               : std::static_pointer_cast<const T>(found->second);
  }

 private:
  void Forget(const std::string& number) {
    // Declared before the lock, so that the value is destroyed without it.
    std::shared_ptr<const void> value;
    const absl::MutexLock lock(mutex_);
    const auto found = values_.find(number);
    value = std::move(found->second);
    values_.erase(found);
  }

  mutable absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, std::shared_ptr<const void>> values_
      ABSL_GUARDED_BY(mutex_);
};

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
              static_cast<size_t>(LoadError::kStaleLibrary) + 1);
static_assert(std::size(kUnloadErrors) ==
              static_cast<size_t>(UnloadError::kLibraryInUse) + 1);
static_assert(std::size(kCallErrors) ==
              static_cast<size_t>(CallError::kPoisoned) + 1);

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
  if (const auto kept =
          KeptValues::Get().Find<ExceptionInfo>(status, kExceptionNumberUrl)) {
    return *kept;
  }
  return ExceptionInfo{.type = std::string(*type),
                       .what = std::string(*what),
                       .backtrace = {},
                       .causes = {}};
}

std::optional<CrashInfo> CrashOf(const absl::Status& status) {
  const auto kept = KeptValues::Get().Find<CrashInfo>(status, kCrashNumberUrl);
  return kept == nullptr ? std::nullopt : std::make_optional(*kept);
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

absl::Status WithContext(const absl::Status& status, std::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload([&](std::string_view url, const absl::Cord& payload) {
    result.SetPayload(url, payload);
  });
  return result;
}

absl::Status WithContext(LoadError error, const absl::Status& cause,
                         std::string_view message) {
  absl::Status result = MakeError(error, message);
  cause.ForEachPayload([&](std::string_view url, const absl::Cord& payload) {
    if (url == kLoadErrorUrl || url == kUnloadErrorUrl || url == kCallErrorUrl)
      return;
    result.SetPayload(url, payload);
  });
  return result;
}

void AttachException(const ExceptionInfo& exception, absl::Status* status) {
  status->SetPayload(kExceptionTypeUrl, absl::Cord(exception.type));
  status->SetPayload(kExceptionWhatUrl, absl::Cord(exception.what));
  status->SetPayload(
      kExceptionNumberUrl,
      KeptValues::Get().Keep(std::make_shared<const ExceptionInfo>(exception)));
}

void AttachCrash(const CrashInfo& crash, absl::Status* status) {
  status->SetPayload(
      kCrashNumberUrl,
      KeptValues::Get().Keep(std::make_shared<const CrashInfo>(crash)));
}

std::string Describe(const ExceptionInfo& exception) {
  std::string text =
      exception.type.empty() ? "an exception of unknown type" : exception.type;
  if (!exception.what.empty()) absl::StrAppend(&text, ": ", exception.what);
  for (const ExceptionInfo& cause : exception.causes) {
    absl::StrAppend(&text, kCausedBy, Describe(cause));
  }
  return text;
}

}  // namespace internal
}  // namespace relib
