#ifndef PLATFORM_LINUX_HOST_UNIQUE_FD_H_
#define PLATFORM_LINUX_HOST_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

#include "platform/linux/host/keep_errno.h"

namespace relib::platform {

// Owns a file descriptor. Closing it preserves errno.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { Reset(); }

  void Reset() {
    if (fd_ < 0) return;
    const KeepErrno keep;
    close(std::exchange(fd_, -1));
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_UNIQUE_FD_H_
