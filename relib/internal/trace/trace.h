#ifndef RELIB_INTERNAL_TRACE_TRACE_H_
#define RELIB_INTERNAL_TRACE_TRACE_H_

#include <cstdint>
#include <vector>

#include "platform/host/stack_walker.h"
#include "relib/backtrace.h"

// The host's side of relib::Backtrace. A trace begins as addresses. They are
// looked up when somebody asks for them; and at the latest when an image that
// one of them lies in is unloaded: an address that hasn't been looked up always
// belongs to the image that is loaded there.

namespace relib::internal {

// Empty for no addresses.
Backtrace MakeBacktrace(std::vector<uintptr_t> addresses);

// Around the unloading of an image. Looks up all addresses in it; while it
// exists, they are looked up at once in each new trace.
class ImageUnmapScope {
 public:
  // `inside` is any address in the image.
  explicit ImageUnmapScope(const void* inside);
  ImageUnmapScope(const ImageUnmapScope&) = delete;
  ImageUnmapScope& operator=(const ImageUnmapScope&) = delete;
  ~ImageUnmapScope();

 private:
  const platform::AddressRange image_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRACE_TRACE_H_
