#ifndef EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_
#define EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_

#include <cstdint>

#include "relib/interface.h"

struct NotesExports {
  // Adds `count` notes of a kilobyte each.
  relib::Export<void(int64_t count)> keep;
  // Removes all notes, but leaks one in ten.
  relib::Export<void()> forget;
};
RELIB_INTERFACE(NotesExports, keep, forget);

#endif  // EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_
