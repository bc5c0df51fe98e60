#include <windows.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/soak/modules/leaks.h"

namespace relib::bench::soak {

void LeakResources() {
  static std::vector<void*> kept;
  for (size_t size = 16; size <= 65536; size *= 4) {
    kept.push_back(std::malloc(size));
    kept.push_back(new char[size]);
  }

  // The unload waits for the thread if it has not ended yet. Its handle is
  // leaked.
  CreateThread(
      nullptr, 0, [](void*) -> DWORD { return 0; }, nullptr, 0, nullptr);

  // Handles of several kinds, a stream and a search for files.
  CreateEventW(nullptr, TRUE, FALSE, nullptr);
  CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0,
              nullptr);
  HANDLE ends[2];
  if (!CreatePipe(&ends[0], &ends[1], nullptr, 0)) return;
  static FILE* stream = std::fopen("NUL", "w");
  std::fputs("buffered", stream);
  WIN32_FIND_DATAW found;
  FindFirstFileW(L"C:\\*", &found);

  // Half of a memory range, a view of a section and a heap.
  constexpr size_t kSize = 65536;
  void* memory =
      VirtualAlloc(nullptr, kSize, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  std::memset(memory, 1, kSize);
  VirtualFree(memory, kSize / 2, MEM_DECOMMIT);
  HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr,
                                      PAGE_READWRITE, 0, kSize, nullptr);
  MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
  HeapAlloc(HeapCreate(0, 0, 0), 0, kSize);

  FlsSetValue(FlsAlloc([](void*) {}), &kept);
  TlsSetValue(TlsAlloc(), &kept);
  AddVectoredExceptionHandler(
      0, [](EXCEPTION_POINTERS*) -> LONG { return EXCEPTION_CONTINUE_SEARCH; });
}

}  // namespace relib::bench::soak
