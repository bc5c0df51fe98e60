#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relib/import_error.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/current_exception.h"
#include "relib/internal/boundary/failure_parts.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/module/module_entry.h"
#include "relib/internal/module/module_side.h"
#include "relib/internal/trace/trace_access.h"

namespace relib::internal {
namespace {

Failure* MakeFailureOfParts(const std::vector<FailurePart>& parts) noexcept {
  const HostApi* host = BoundHost();
  if (host == nullptr) {
    // The library wasn't loaded by relib.
    std::fprintf(stderr, "relib: %.*s\n",
                 static_cast<int>(parts.front().what_size), parts.front().what);
    std::abort();
  }
  return host->make_failure(parts.data(), parts.size());
}

}  // namespace

Failure* MakeFailure(std::string_view type, std::string_view what) noexcept {
  return MakeFailureOfParts({PartOf(type, what, nullptr)});
}

Failure* FailureFromCurrentException() noexcept {
  const std::vector<ExceptionText> texts = DescribeCurrentException();
  return MakeFailureOfParts(PartsOf(texts));
}

void ThrowImportError(Failure* failure) {
#if defined(__cpp_exceptions)
  const HostApi* host = BoundHost();
  std::string type = host->failure_type(failure);
  const std::string what = host->failure_what(failure);
  ImportError error(std::move(type), what);
  host->throw_failure(failure);
  throw error;  // NOLINT(misc-throw-by-value-catch-by-reference): see above.
#else
  AbortOnImportError(failure);
#endif
}

void AbortOnImportError(Failure* failure) {
  const HostApi* host = BoundHost();
  const std::string type = host->failure_type(failure);
  std::fprintf(
      stderr,
      "relib: an import failed, and the module that called it was built "
      "without exceptions: %s%s%s\n",
      type.c_str(), type.empty() ? "" : ": ", host->failure_what(failure));
  std::abort();
}

Trace* CaptureTrace(uintptr_t caller) {
  const HostApi* host = BoundHost();
  return host == nullptr ? nullptr : host->capture_trace(caller);
}

void RetainTrace(Trace* trace) { BoundHost()->retain_trace(trace); }

void ReleaseTrace(Trace* trace) { BoundHost()->release_trace(trace); }

const TraceFrame* TraceFrames(Trace* trace, size_t* count) {
  return BoundHost()->trace_frames(trace, count);
}

}  // namespace relib::internal
