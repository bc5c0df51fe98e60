// Leaves a heap with blocks in it, and destroys another one.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) {
  const HANDLE heap = HeapCreate(0, 0, 0);
  for (int i = 0; i < 10'000; ++i) {
    if (HeapAlloc(heap, 0, 100) == nullptr) return -1;
  }
  return HeapDestroy(HeapCreate(0, 0, 0)) ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
