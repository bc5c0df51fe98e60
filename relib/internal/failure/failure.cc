#include "relib/internal/failure/failure.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/current_exception.h"
#include "relib/internal/boundary/failure_parts.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/trace/throw_sites.h"
#include "relib/internal/trace/trace.h"
#include "relib/internal/trace/trace_access.h"

namespace relib::internal {
namespace {

Failure* MakeFailureOfParts(const FailurePart* parts, size_t count) noexcept {
  auto failure = std::make_unique<Failure>();
  for (size_t i = 0; i < count; ++i) {
    const FailurePart& part = parts[i];
    failure->parts.push_back({.type = std::string(part.type, part.type_size),
                              .what = std::string(part.what, part.what_size),
                              .addresses = FindThrow(part.exception)});
    if (i == 0) {
      failure->what = failure->parts.front().what;
    } else {
      ExceptionInfo cause;
      cause.type = failure->parts.back().type;
      cause.what = failure->parts.back().what;
      failure->what += kCausedBy;
      failure->what += Describe(cause);
    }
  }
  return failure.release();
}

}  // namespace

Failure* MakeFailure(std::string_view type, std::string_view what) noexcept {
  const FailurePart part = PartOf(type, what, nullptr);
  return MakeFailureOfParts(&part, 1);
}

Failure* FailureFromCurrentException() noexcept {
  const std::vector<ExceptionText> texts = DescribeCurrentException();
  const std::vector<FailurePart> parts = PartsOf(texts);
  return MakeFailureOfParts(parts.data(), parts.size());
}

ExceptionInfo TakeFailure(Failure* failure) {
  const std::unique_ptr<Failure> owned(failure);
  ExceptionInfo exception;
  ExceptionInfo* part_info = &exception;
  for (size_t i = 0; i < owned->parts.size(); ++i) {
    Failure::Part& part = owned->parts[i];
    if (i > 0) part_info = &exception.causes.emplace_back();
    part_info->type = std::move(part.type);
    part_info->what = std::move(part.what);
    part_info->backtrace = MakeBacktrace(std::move(part.addresses));
  }
  return exception;
}

constinit const HostApi kHostApi = {
    .make_failure = MakeFailureOfParts,
    .failure_type =
        [](const Failure* failure) noexcept {
          return failure->parts.front().type.c_str();
        },
    .failure_what =
        [](const Failure* failure) noexcept { return failure->what.c_str(); },
    .free_failure = [](Failure* failure) noexcept { delete failure; },
    .throw_failure =
        [](Failure* failure) noexcept {
          const std::unique_ptr<Failure> owned(failure);
          if (!owned->parts.front().addresses.empty()) {
            SubstituteNextThrow(owned->parts.front().addresses);
          }
        },
    .record_throw = RecordModuleThrow,
    .capture_trace =
        [](uintptr_t caller) noexcept { return CaptureTrace(caller); },
    .retain_trace = [](Trace* trace) noexcept { RetainTrace(trace); },
    .release_trace = [](Trace* trace) noexcept { ReleaseTrace(trace); },
    .trace_frames =
        [](Trace* trace, size_t* count) noexcept {
          return TraceFrames(trace, count);
        },
};

}  // namespace relib::internal
