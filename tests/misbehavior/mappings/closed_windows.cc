// Frees the memory that it allocates, and unmaps the view that it maps. Returns
// the number of failures.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t failed = 0;
  for (int i = 0; i < 3; ++i) {
    void* memory = VirtualAlloc(nullptr, 1 << 20, MEM_RESERVE | MEM_COMMIT,
                                PAGE_READWRITE);
    failed += !VirtualFree(memory, 0, MEM_RELEASE);
  }
  const HANDLE mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr,
                                            PAGE_READWRITE, 0, 4096, nullptr);
  void* view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
  failed += !CloseHandle(mapping);
  failed += !UnmapViewOfFile(view);
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
