// Leaves a heap with blocks in it, and destroys another heap.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  const HANDLE heap = HeapCreate(0, 0, 0);
  for (int i = 0; i < 10'000; ++i) {
    if (HeapAlloc(heap, 0, 100) == nullptr) return -1;
  }
  return HeapDestroy(HeapCreate(0, 0, 0)) ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
