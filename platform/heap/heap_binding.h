#ifndef PLATFORM_HEAP_HEAP_BINDING_H_
#define PLATFORM_HEAP_HEAP_BINDING_H_

// Between the heap in a module (<os>/agent_heap.c) and the host
// (module_heap.cc).
// C, because mimalloc is.

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
  // The part of the range that has memory ends here; null: none has.
  void* end;
} RelibHeapUse;

// NOLINTNEXTLINE(modernize-use-using)
typedef struct RelibHeapBinding {
  // What the backend needs besides (platform/<os>/heap_system.h), or null.
  const struct RelibHeapSystem* system;

  void* resources;
  enum RelibHeapKind kind;
  // Tell block_allocated() and block_freed() of every block.
  bool checked;

  // For kRelibHeapOfUser.
  void* user_context;
  void* (*user_allocate)(void* context, size_t size, size_t alignment);
  void (*user_free)(void* context, void* block);

  // A range of addresses, aligned to RELIB_HEAP_ALIGNMENT, with no memory
  // behind it: the module makes it accessible. Null if there is none of at
  // least RELIB_HEAP_ALIGNMENT * 4.
  void* (*reserve)(void* resources, size_t* size);
  // Memory of its own; aligned to RELIB_HEAP_ALIGNMENT if it has half of that
  // size or more. Null if there is none.
  void* (*map)(void* resources, size_t size);
  // Of a part of what map() returned.
  bool (*unmap)(void* resources, void* memory, size_t size);

  void (*block_allocated)(void* resources, const void* block, size_t size,
                          const void* caller);
  // Before it is freed, or resized. False: it isn't a live block of the module;
  // that was reported.
  bool (*block_freed)(void* resources, const void* block, const void* caller);
  bool (*block_resized)(void* resources, const void* block, const void* caller);

  // Set by the module. Called when the last code of the image has run: says
  // what is allocated, and gives back what can't outlive the image.
  RelibHeapUse (*leave)(void);  // NOLINT(modernize-redundant-void-arg): C.
} RelibHeapBinding;

#define RELIB_HEAP_ALIGNMENT ((size_t)32 << 20)

#ifdef __cplusplus
}
#endif

#endif  // PLATFORM_HEAP_HEAP_BINDING_H_
