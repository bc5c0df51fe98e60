#ifndef PLATFORM_HEAP_HEAP_BINDING_H_
#define PLATFORM_HEAP_HEAP_BINDING_H_

// The interface between the heap in a module (agent_heap.c of the backend) and
// the host (host/module_heap.cc). In C, because mimalloc is.

#include <stdbool.h>  // NOLINT(modernize-deprecated-headers): C.
#include <stddef.h>   // NOLINT(modernize-deprecated-headers)
#include <stdint.h>   // NOLINT(modernize-deprecated-headers)

#ifdef __cplusplus
extern "C" {
#endif

enum RelibHeapKind {
  kRelibHeapOfModule,
  kRelibHeapOfSystem,
  kRelibHeapOfUser,
};

// NOLINTNEXTLINE(modernize-use-using): C.
typedef struct RelibHeapUse {
  uint64_t blocks;
  uint64_t bytes;
  // The end of the part of the range that has memory; null if none has.
  void* end;
} RelibHeapUse;

// NOLINTNEXTLINE(modernize-use-using)
typedef struct RelibHeapBinding {
  // Backend-specific functions (struct RelibHeapSystem in platform/<os>), or
  // null.
  const struct RelibHeapSystem* system;

  void* resources;
  enum RelibHeapKind kind;
  // Report every block to block_allocated() and block_freed().
  bool checked;

  // The user's allocator, for kRelibHeapOfUser.
  void* user_context;
  void* (*user_allocate)(void* context, size_t size, size_t alignment);
  void (*user_free)(void* context, void* block);

  // Reserves a range of addresses, aligned to RELIB_HEAP_ALIGNMENT, without
  // memory: the module makes it accessible. Returns null if no range of at
  // least RELIB_HEAP_ALIGNMENT * 4 is available.
  void* (*reserve)(void* resources, size_t* size);
  // Maps memory outside the range, aligned to RELIB_HEAP_ALIGNMENT if `size` is
  // at least half of that. Returns null on failure.
  void* (*map)(void* resources, size_t size);
  // Unmaps a part of the memory that map() returned.
  bool (*unmap)(void* resources, void* memory, size_t size);

  void (*block_allocated)(void* resources, const void* block, size_t size,
                          const void* caller);
  // Called before a block is freed or resized. Return false, and report the
  // call, if `block` is not a live block of the module.
  bool (*block_freed)(void* resources, const void* block, const void* caller);
  bool (*block_resized)(void* resources, const void* block, const void* caller);

  // Set by the module. Called after the last code of the image has run: frees
  // what cannot outlive the image, and returns what is still allocated.
  RelibHeapUse (*leave)(void);  // NOLINT(modernize-redundant-void-arg): C.
} RelibHeapBinding;

#define RELIB_HEAP_ALIGNMENT ((size_t)32 << 20)

#ifdef __cplusplus
}
#endif

#endif  // PLATFORM_HEAP_HEAP_BINDING_H_
