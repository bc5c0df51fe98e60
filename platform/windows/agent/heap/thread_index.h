#ifndef PLATFORM_WINDOWS_AGENT_HEAP_THREAD_INDEX_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_THREAD_INDEX_H_

// A pointer for each thread by an index of TlsAlloc(), in C and without
// thread-local variables. The first 64 indices are in the thread's environment
// block (platform/native/thread_pointer.h).

#include <stdbool.h>  // NOLINT(modernize-deprecated-headers): C.
#include <stdint.h>   // NOLINT(modernize-deprecated-headers)
#include <windows.h>

// NOLINTNEXTLINE(modernize-use-using): C.
typedef struct RelibThreadIndex {
  uint32_t index;
  // Offset in the environment block; zero if the index isn't among those.
  uint64_t offset;
} RelibThreadIndex;

static inline RelibThreadIndex RelibMakeThreadIndex(uint32_t index) {
  const RelibThreadIndex result = {index, index < 64 ? 0x1480 + 8 * index : 0};
  return result;
}

static inline void* RelibThreadValue(RelibThreadIndex index) {
  void* value;
  if (__builtin_expect(index.offset != 0, 1)) {
    __asm__ volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(index.offset));
    return value;
  }
  // TlsGetValue() sets the last error even when it succeeds.
  const DWORD error = GetLastError();
  value = TlsGetValue(index.index);
  SetLastError(error);
  return value;
}

static inline void RelibSetThreadValue(RelibThreadIndex index, void* value) {
  if (__builtin_expect(index.offset != 0, 1)) {
    __asm__ volatile("movq %1, %%gs:(%0)" : : "r"(index.offset), "r"(value));
  } else {
    TlsSetValue(index.index, value);
  }
}

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_THREAD_INDEX_H_
