#ifndef PLATFORM_LINUX_HOST_KEEP_ERRNO_H_
#define PLATFORM_LINUX_HOST_KEEP_ERRNO_H_

#include <errno.h>

namespace relib::platform {

// Restores errno at the end of a scope. Async-signal-safe.
class KeepErrno {
 public:
  KeepErrno() = default;
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;
  ~KeepErrno() { errno = saved_; }

 private:
  const int saved_ = errno;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_KEEP_ERRNO_H_
