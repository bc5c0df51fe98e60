#ifndef PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_

// What the memory of a module needs of Windows besides heap_binding.h: from the
// host, because the module's own calls are recorded as the module's.

#include <stdbool.h>  // NOLINT(modernize-deprecated-headers): C.
#include <stddef.h>   // NOLINT(modernize-deprecated-headers)
#include <stdint.h>   // NOLINT(modernize-deprecated-headers)

// NOLINTNEXTLINE(modernize-use-using): C.
typedef struct RelibHeapSystem {
  // Of pages of the range: gives them memory, which is zeros where they had
  // none, or takes it away.
  bool (*commit)(void* memory, size_t size);
  bool (*decommit)(void* memory, size_t size);

  // An index of TlsAlloc(), TLS_OUT_OF_INDEXES if there is none. When it is
  // given back, Windows clears it in all threads.
  uint32_t (*take_thread_index)(void);  // NOLINT(modernize-redundant-void-arg)
  void (*give_thread_index_back)(uint32_t index);
} RelibHeapSystem;

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_
