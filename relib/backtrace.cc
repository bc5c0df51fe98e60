#include "relib/backtrace.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "relib/internal/boundary/abi.h"
#include "relib/internal/trace/trace_access.h"

namespace relib {

std::string BacktraceFrame::ToString() const {
  if (address == 0) return "... (frames that are left out)";
  std::string text = function.empty() ? "?" : function;
  if (!file.empty()) text += " at " + file + ":" + std::to_string(line);
  char offset_text[24];
  std::snprintf(offset_text, sizeof(offset_text), "+0x%llx",
                static_cast<unsigned long long>(offset));
  text += " (" + module.substr(module.find_last_of("/\\") + 1) + offset_text;
  text += is_inlined ? ", inlined)" : ")";
  return text;
}

// Not inlined, and without a tail call, so that the first frame is the
// caller's.
[[gnu::noinline]] Backtrace Backtrace::Capture() {
  Backtrace backtrace(internal::CaptureTrace(
      reinterpret_cast<uintptr_t>(__builtin_return_address(0))));
  return backtrace;
}

Backtrace::Backtrace(const Backtrace& other) : trace_(other.trace_) {
  if (trace_ != nullptr) internal::RetainTrace(trace_);
}

Backtrace::~Backtrace() {
  if (trace_ != nullptr) internal::ReleaseTrace(trace_);
}

std::vector<BacktraceFrame> Backtrace::frames() const {
  std::vector<BacktraceFrame> result;
  if (trace_ == nullptr) return result;
  size_t count = 0;
  const internal::TraceFrame* frames = internal::TraceFrames(trace_, &count);
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const internal::TraceFrame& frame = frames[i];
    result.push_back({.function = frame.function,
                      .file = frame.file,
                      .line = frame.line,
                      .module = frame.image,
                      .offset = frame.offset,
                      .address = frame.address,
                      .is_inlined = frame.is_inlined});
  }
  return result;
}

std::string Backtrace::ToString() const {
  std::string text;
  size_t number = 0;
  for (const BacktraceFrame& frame : frames()) {
    text += "#" + std::to_string(number++) + " " + frame.ToString() + "\n";
  }
  return text;
}

}  // namespace relib
