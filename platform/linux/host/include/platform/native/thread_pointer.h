#ifndef PLATFORM_LINUX_HOST_NATIVE_THREAD_POINTER_H_
#define PLATFORM_LINUX_HOST_NATIVE_THREAD_POINTER_H_

// platform/host/thread_pointer.h has the contract.

namespace relib::platform {

namespace internal {
// Initial-exec TLS needs a single instruction, even in a shared library. Such a
// library takes 8 bytes of the space that the C library reserves for libraries
// that are loaded later.
[[gnu::tls_model(
    "initial-exec")]] extern constinit thread_local void* thread_pointer;
}  // namespace internal

[[gnu::always_inline]] inline void* ThreadPointer() {
  return internal::thread_pointer;
}
[[gnu::always_inline]] inline void SetThreadPointer(void* pointer) {
  internal::thread_pointer = pointer;
}

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOST_NATIVE_THREAD_POINTER_H_
