#ifndef RELIB_INTERNAL_TRACE_TRACE_ACCESS_H_
#define RELIB_INTERNAL_TRACE_TRACE_ACCESS_H_

#include <cstddef>
#include <cstdint>

#include "relib/internal/boundary/abi.h"

// The functions that relib::Backtrace calls. Defined for the host in trace.cc
// and for modules in module_failure.cc. HostApi documents those with the same
// names.

namespace relib::internal {

Trace* CaptureTrace(uintptr_t caller);
void RetainTrace(Trace* trace);
void ReleaseTrace(Trace* trace);
const TraceFrame* TraceFrames(Trace* trace, size_t* count);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRACE_TRACE_ACCESS_H_
