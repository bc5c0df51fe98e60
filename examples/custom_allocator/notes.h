#ifndef EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_
#define EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_

#include <cstdint>

#include "relib/interface.h"

struct NotesExports {
  // Keeps that many notes of a kilobyte.
  relib::Export<void(int64_t count)> keep;
  // Forgets them, but for one in ten, of which it loses track.
  relib::Export<void()> forget;
};
RELIB_INTERFACE(NotesExports, keep, forget);

#endif  // EXAMPLES_CUSTOM_ALLOCATOR_NOTES_H_
