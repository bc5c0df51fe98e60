#ifndef PLATFORM_WINDOWS_SYSTEM_THREAD_BLOCK_H_
#define PLATFORM_WINDOWS_SYSTEM_THREAD_BLOCK_H_

#include <windows.h>

namespace relib::platform {

// Volatile, because GCC 12 warns about a constant, which it takes for the index
// of an array without elements when it optimizes. NtCurrentTeb() uses a
// constant.
inline const volatile DWORD kThreadBlockOffset = FIELD_OFFSET(NT_TIB, Self);

// Returns NtCurrentTeb().
inline void* CurrentThreadBlock() {
  return reinterpret_cast<void*>(__readgsqword(kThreadBlockOffset));
}

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_THREAD_BLOCK_H_
