#include <windows.h>
// After windows.h.
#include <psapi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/heap/host/address_space.h"
#include "platform/windows/agent/heap/heap_system.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

constexpr RelibHeapSystem kSystem = {
    .commit =
        [](void* memory, size_t size) {
          return VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE) !=
                 nullptr;
        },
    .decommit =
        [](void* memory, size_t size) {
          return VirtualFree(memory, size, MEM_DECOMMIT) != 0;
        },
    .take_thread_index = []() -> uint32_t { return TlsAlloc(); },
    .give_thread_index_back = [](uint32_t index) { TlsFree(index); }};

MEMORY_BASIC_INFORMATION FactsOf(const void* address) {
  MEMORY_BASIC_INFORMATION facts = {};
  VirtualQuery(address, &facts, sizeof(facts));
  return facts;
}

// A stack has a guard page, other memory has none.
bool IsStack(void* allocation) {
  auto* position = static_cast<char*>(allocation);
  while (true) {
    const MEMORY_BASIC_INFORMATION facts = FactsOf(position);
    if (facts.AllocationBase != allocation) return false;
    if ((facts.Protect & PAGE_GUARD) != 0) return true;
    position = static_cast<char*>(facts.BaseAddress) + facts.RegionSize;
  }
}

std::string FileAt(const void* address) {
  wchar_t name[MAX_PATH];
  const DWORD length = GetMappedFileNameW(
      GetCurrentProcess(), const_cast<void*>(address), name, MAX_PATH);
  return length == 0 ? "a file" : ToUtf8({name, length});
}

std::string DescribeImage(void* image) {
  const std::wstring path = ImagePath(static_cast<HMODULE>(image));
  return path.empty() ? "a library" : ToUtf8(path);
}

// Part of Windows since version 1803. The headers declare it only for programs
// that require this version.
using VirtualAlloc2 = void* WINAPI(HANDLE process, void* base, SIZE_T size,
                                   ULONG type, ULONG protection,
                                   MEM_EXTENDED_PARAMETER* parameters,
                                   ULONG count);

// Returns null if the system has no VirtualAlloc2().
void* MapAligned(size_t size, size_t alignment) {
  static const auto allocate =
      reinterpret_cast<VirtualAlloc2*>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"kernelbase.dll"), "VirtualAlloc2")));
  if (allocate == nullptr) return nullptr;
  MEM_ADDRESS_REQUIREMENTS requirements = {};
  requirements.Alignment = alignment > 1 ? alignment : 0;
  MEM_EXTENDED_PARAMETER parameter = {};
  parameter.Type = MemExtendedParameterAddressRequirements;
  parameter.Pointer = &requirements;
  return allocate(GetCurrentProcess(), nullptr, size, MEM_RESERVE | MEM_COMMIT,
                  PAGE_READWRITE, &parameter, 1);
}

}  // namespace

const RelibHeapSystem* HeapSystem() { return &kSystem; }

// Wine writes a byte for each page of a reservation, so it gets a smaller one.
size_t WantedHeapRange() {
  static const size_t range =
      RunsUnderWine() ? size_t{512} << 20 : size_t{64} << 30;
  return range;
}

void* ReserveAddresses(size_t size) {
  return VirtualAlloc(nullptr, size, MEM_RESERVE, PAGE_READWRITE);
}

void* MapMemory(size_t size, size_t alignment) {
  if (void* const memory = MapAligned(size, alignment)) return memory;
  // A part of a reservation can't be released, so the rest stays reserved with
  // the part that is used.
  void* const reserved =
      ReserveAddresses(size + (alignment > 1 ? alignment : 0));
  if (reserved == nullptr) return nullptr;
  const uintptr_t begin =
      (reinterpret_cast<uintptr_t>(reserved) + alignment - 1) &
      ~(alignment - 1);
  void* const memory = reinterpret_cast<void*>(begin);
  if (VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE) == nullptr) {
    VirtualFree(reserved, 0, MEM_RELEASE);
    return nullptr;
  }
  return memory;
}

bool UnmapMemory(void* memory, size_t /*size*/) {
  if (VirtualFree(memory, 0, MEM_RELEASE)) return true;
  return VirtualFree(FactsOf(memory).AllocationBase, 0, MEM_RELEASE) != 0;
}

void UnmapInSteps(void* memory, size_t touched, size_t /*size*/) {
  constexpr size_t kStep = size_t{4} << 20;
  for (size_t offset = 0; offset < touched; offset += kStep) {
    VirtualFree(static_cast<char*>(memory) + offset,
                std::min(kStep, touched - offset), MEM_DECOMMIT);
  }
  UnmapMemory(memory, 0);
}

MemoryPlace PlaceOf(const void* address) {
  const MEMORY_BASIC_INFORMATION facts = FactsOf(address);
  if (facts.State != MEM_COMMIT) return {};
  if (facts.Type == MEM_IMAGE)
    return {.name = DescribeImage(facts.AllocationBase)};
  if (facts.Type == MEM_MAPPED) return {.name = FileAt(address)};
  if (IsStack(facts.AllocationBase)) return {.name = "[stack]"};
  return {.name = "memory without a name", .may_be_c_library_heap = true};
}

}  // namespace relib::platform
