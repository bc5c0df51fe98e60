#ifndef PLATFORM_WINDOWS_HOST_NATIVE_THREAD_POINTER_H_
#define PLATFORM_WINDOWS_HOST_NATIVE_THREAD_POINTER_H_

#include <atomic>
#include <cstdint>

#if defined(_MSC_VER)
#include <intrin.h>
#endif

// platform/host/thread_pointer.h has the contract.
//
// The first 64 indices of TlsAlloc() are in a part of the thread's environment
// block that is the same in all versions of Windows, because programs compiled
// for the oldest of them read it directly as well.

namespace relib::platform {

namespace internal {

// Offset of the pointer in the environment block. Zero if it isn't known yet,
// or if the index was too high.
extern constinit std::atomic<uint64_t> thread_pointer_offset;

// Call TlsGetValue() and TlsSetValue(). Keep the last error.
void* FindThreadPointer() noexcept;
void FindAndSetThreadPointer(void* pointer) noexcept;

#if defined(_MSC_VER)
inline void* ReadEnvironmentBlock(uint64_t offset) {
  return reinterpret_cast<void*>(__readgsqword(static_cast<uint32_t>(offset)));
}
inline void WriteEnvironmentBlock(uint64_t offset, void* value) {
  __writegsqword(static_cast<uint32_t>(offset),
                 reinterpret_cast<uint64_t>(value));
}
#else
// Volatile keeps the accesses in program order.
[[gnu::always_inline]] inline void* ReadEnvironmentBlock(uint64_t offset) {
  void* value;
  asm volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(offset));
  return value;
}
[[gnu::always_inline]] inline void WriteEnvironmentBlock(uint64_t offset,
                                                         void* value) {
  asm volatile("movq %1, %%gs:(%0)" : : "r"(offset), "r"(value));
}
#endif

}  // namespace internal

inline void* ThreadPointer() {
  // Relaxed: the offset guards no other data.
  const uint64_t offset =
      internal::thread_pointer_offset.load(std::memory_order_relaxed);
  if (offset == 0) [[unlikely]]
    return internal::FindThreadPointer();
  return internal::ReadEnvironmentBlock(offset);
}

inline void SetThreadPointer(void* pointer) {
  const uint64_t offset =
      internal::thread_pointer_offset.load(std::memory_order_relaxed);
  if (offset == 0) [[unlikely]] {
    internal::FindAndSetThreadPointer(pointer);
    return;
  }
  internal::WriteEnvironmentBlock(offset, pointer);
}

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_HOST_NATIVE_THREAD_POINTER_H_
