#ifndef PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_
#define PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_

// Functions of the host that the memory of a module needs on Windows, beyond
// heap_binding.h. The module doesn't call Windows itself, because its own calls
// are recorded as its resources.

#include <stdbool.h>  // NOLINT(modernize-deprecated-headers): C.
#include <stddef.h>   // NOLINT(modernize-deprecated-headers)
#include <stdint.h>   // NOLINT(modernize-deprecated-headers)

// NOLINTNEXTLINE(modernize-use-using): C.
typedef struct RelibHeapSystem {
  // Give memory to pages of the range, with zeros in pages that had none, or
  // take the memory away.
  bool (*commit)(void* memory, size_t size);
  bool (*decommit)(void* memory, size_t size);

  // Returns an index of TlsAlloc(), or TLS_OUT_OF_INDEXES if there is none.
  // When an index is given back, Windows clears it in all threads.
  uint32_t (*take_thread_index)(void);  // NOLINT(modernize-redundant-void-arg)
  void (*give_thread_index_back)(uint32_t index);
} RelibHeapSystem;

#endif  // PLATFORM_WINDOWS_AGENT_HEAP_HEAP_SYSTEM_H_
