#ifndef PLATFORM_WINDOWS_SYSTEM_HANDLE_H_
#define PLATFORM_WINDOWS_SYSTEM_HANDLE_H_

#include <windows.h>

#include <utility>

namespace relib::platform {

// Owns a HANDLE. Null and INVALID_HANDLE_VALUE are both empty, because some
// calls of the system return one for "none" and some the other. Closing a
// handle keeps the last error.
class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle)
      : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  Handle(Handle&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() { Reset(); }

  void Reset() {
    if (handle_ == nullptr) return;
    const DWORD saved = GetLastError();
    CloseHandle(std::exchange(handle_, nullptr));
    SetLastError(saved);
  }

  // Returns the handle, which the caller owns from now on.
  HANDLE Release() { return std::exchange(handle_, nullptr); }

  HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  HANDLE handle_ = nullptr;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_HANDLE_H_
