// Allocates or maps 64 KiB by the function that `argument` names, and leaves
// them. Returns their address.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr SIZE_T kSize = 65536;
constexpr DWORD kHow = MEM_RESERVE | MEM_COMMIT;

void* Map(void* (*map)(HANDLE mapping)) {
  const HANDLE mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr,
                                            PAGE_READWRITE, 0, kSize, nullptr);
  void* const memory = map(mapping);
  CloseHandle(mapping);
  return memory;
}

void* Take(std::string_view function) {
  if (function == "VirtualAllocEx") {
    return VirtualAllocEx(GetCurrentProcess(), nullptr, kSize, kHow,
                          PAGE_READWRITE);
  }
  if (function == "VirtualAllocExNuma") {
    return VirtualAllocExNuma(GetCurrentProcess(), nullptr, kSize, kHow,
                              PAGE_READWRITE, 0);
  }
  if (function == "VirtualAlloc2") {
    using Allocate =
        void*(WINAPI*)(HANDLE, void*, SIZE_T, ULONG, ULONG, void*, ULONG);
    const auto allocate = reinterpret_cast<Allocate>(reinterpret_cast<void*>(
        GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "VirtualAlloc2")));
    return allocate(nullptr, nullptr, kSize, kHow, PAGE_READWRITE, nullptr, 0);
  }
  if (function == "MapViewOfFileEx") {
    return Map([](HANDLE mapping) {
      return MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, nullptr);
    });
  }
  if (function == "MapViewOfFileExNuma") {
    return Map([](HANDLE mapping) {
      return MapViewOfFileExNuma(mapping, FILE_MAP_WRITE, 0, 0, 0, nullptr, 0);
    });
  }
  return nullptr;
}

int64_t Run(std::string_view argument) {
  return reinterpret_cast<int64_t>(Take(argument));
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
