// Behaves well: checks what free() and getdelim() do in rare cases. Returns 0
// if it is what the C library's do.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

// Locked memory can't be given back to the system.
bool FreeKeepsErrno() {
  constexpr size_t kSize = size_t{64} << 20;
  constexpr size_t kLocked = 16384;
  void* const block = calloc(kSize, 1);
  if (block == nullptr || mlock(block, kLocked) != 0) return false;
  errno = ENOTTY;
  free(block);
  return errno == ENOTTY;
}

bool FindsNegativeDelimiter() {
  char text[] =
      "ab\xff"
      "cd";
  FILE* const file = fmemopen(text, sizeof(text) - 1, "r");
  char* line = nullptr;
  size_t capacity = 0;
  const ssize_t size = getdelim(&line, &capacity, char{-1}, file);
  free(line);
  fclose(file);
  return size == 3;
}

int64_t Run(std::string_view /*argument*/) {
  return (FreeKeepsErrno() ? 0 : 1) + (FindsNegativeDelimiter() ? 0 : 2);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
