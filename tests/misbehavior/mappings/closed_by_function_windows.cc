// Frees memory and unmaps a view by rarely used functions. Returns the number
// of failures.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t failed = 0;
  const HANDLE self = GetCurrentProcess();
  failed += !VirtualFreeEx(
      self, VirtualAllocEx(self, nullptr, 65536, MEM_RESERVE, PAGE_READWRITE),
      0, MEM_RELEASE);
  const HANDLE mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr,
                                            PAGE_READWRITE, 0, 65536, nullptr);
  using Unmap = BOOL(WINAPI*)(void*, ULONG);
  const auto unmap =
      reinterpret_cast<Unmap>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"kernelbase.dll"), "UnmapViewOfFileEx")));
  failed += unmap == nullptr ||
            !unmap(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0), 0);
  CloseHandle(mapping);
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
