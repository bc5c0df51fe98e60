#ifndef RELIB_INTERNAL_TRACE_TRACE_H_
#define RELIB_INTERNAL_TRACE_TRACE_H_

#include <cstdint>
#include <vector>

#include "platform/host/stack_walker.h"
#include "relib/backtrace.h"

// The host's side of relib::Backtrace. A trace starts as addresses. They are
// symbolized on demand, but at the latest when an image that contains one of
// them is unloaded. So an address that isn't symbolized yet always belongs to
// the image that is loaded there now.

namespace relib::internal {

// Returns the backtrace with these return addresses, callees before callers.
Backtrace MakeBacktrace(std::vector<uintptr_t> addresses);

// A scope around the unmapping of an image. The constructor symbolizes all
// addresses in the image; while the object exists, those in new traces are
// symbolized at once.
class ImageUnmapScope {
 public:
  // `inside` is an address in the image.
  explicit ImageUnmapScope(const void* inside);
  ImageUnmapScope(const ImageUnmapScope&) = delete;
  ImageUnmapScope& operator=(const ImageUnmapScope&) = delete;
  ~ImageUnmapScope();

 private:
  const platform::AddressRange image_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRACE_TRACE_H_
