#include "platform/host/thread_pointer.h"

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace relib::platform {

namespace internal {
constinit std::atomic<uint64_t> thread_pointer_offset{0};
}  // namespace internal

namespace {

// Indices below kDirectIndices have their values at kFirstIndexOffset in the
// environment block of a 64-bit thread.
constexpr DWORD kDirectIndices = 64;
constexpr uint64_t kFirstIndexOffset = 0x1480;

// Never freed.
struct Indices {
  DWORD pointer = TlsAlloc();
  DWORD at_end = TlsAlloc();

  Indices() {
    // Fails only if the program has used up all 1,088 indices.
    if (pointer == TLS_OUT_OF_INDEXES || at_end == TLS_OUT_OF_INDEXES)
      std::abort();
    if (pointer < kDirectIndices) {
      internal::thread_pointer_offset.store(
          kFirstIndexOffset + sizeof(void*) * pointer,
          std::memory_order_relaxed);
    }
  }
};

const Indices& GetIndices() {
  static const Indices indices;
  return indices;
}

// Allocated early, while low indices are free.
[[maybe_unused]] const Indices& indices_at_start = GetIndices();

// TlsGetValue() sets the last error even when it succeeds.
void* Get(DWORD index) {
  const DWORD error = GetLastError();
  void* value = TlsGetValue(index);
  SetLastError(error);
  return value;
}

void NTAPI OnLoaderEvent(void*, DWORD reason, void*) {
  if (reason != DLL_THREAD_DETACH) return;
  const DWORD index = GetIndices().at_end;
  if (void* function = Get(index)) {
    TlsSetValue(index, nullptr);
    reinterpret_cast<void (*)()>(function)();
  }
}

}  // namespace

namespace internal {

void* FindThreadPointer() noexcept { return Get(GetIndices().pointer); }

void FindAndSetThreadPointer(void* pointer) noexcept {
  TlsSetValue(GetIndices().pointer, pointer);
}

}  // namespace internal

bool AtThreadEnd(void (*function)()) {
  return TlsSetValue(GetIndices().at_end, reinterpret_cast<void*>(function)) !=
         FALSE;
}

// The indices are allocated when the program starts, or it ends.
bool CanWatchThreadEnds() { return true; }

}  // namespace relib::platform

// The linker sorts the callbacks by the part after the `$`. This one comes
// after those of the C library and of winpthreads (.CRT$XLC to .CRT$XLF), which
// destroy thread_local objects.
#if defined(_MSC_VER)
#pragma comment(linker, "/INCLUDE:_tls_used")
#pragma comment(linker, "/INCLUDE:relib_thread_end_callback")
#pragma section(".CRT$XLY", long, read)
extern "C" __declspec(allocate(".CRT$XLY"))
const PIMAGE_TLS_CALLBACK relib_thread_end_callback =
    &relib::platform::OnLoaderEvent;
#else
extern "C" {
extern const PIMAGE_TLS_CALLBACK relib_thread_end_callback;
__attribute__((section(".CRT$XLY"), used))
const PIMAGE_TLS_CALLBACK relib_thread_end_callback =
    &relib::platform::OnLoaderEvent;
}
#endif
