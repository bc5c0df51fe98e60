#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/current_exception.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/module/module_entry.h"
#include "relib/internal/trace/trace_access.h"
#include "relib/module.h"

namespace relib::internal {
namespace {

FailurePart PartOf(std::string_view type, std::string_view what,
                   const void* exception) {
  return {.type = type.data(),
          .type_size = type.size(),
          .what = what.data(),
          .what_size = what.size(),
          .exception = exception};
}

Failure* MakeFailureOfParts(const std::vector<FailurePart>& parts) noexcept {
  const HostApi* host = BoundHost();
  if (host == nullptr) {
    // Only a library that was loaded by something else than relib comes here.
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
  std::vector<FailurePart> parts;
  for (const ExceptionText& text : texts) {
    parts.push_back(PartOf(text.type, text.what, text.object));
  }
  return MakeFailureOfParts(parts);
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
