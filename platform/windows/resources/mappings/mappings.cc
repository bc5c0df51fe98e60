#include <windows.h>
// After windows.h.
#include <psapi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {
namespace {

// The memory at an address that VirtualAlloc() or MapViewOfFile() has returned.
struct Mapping {
  DWORD type = 0;  // zero: nothing
  uint64_t bytes = 0;
};

Mapping FindMapping(void* address) {
  Mapping found;
  MEMORY_BASIC_INFORMATION memory;
  const char* next = static_cast<const char*>(address);
  while (VirtualQuery(next, &memory, sizeof(memory)) != 0 &&
         memory.State != MEM_FREE && memory.AllocationBase == address) {
    found.type = memory.Type;
    found.bytes += memory.RegionSize;
    next += memory.RegionSize;
  }
  return found;
}

class Mappings final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kMappings;

  void Add(uint64_t value, bool of_runtime) override {
    mappings_.Add(value, of_runtime);
  }

  void Remove(uint64_t value) override { mappings_.Remove(value); }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [value, of_runtime] : mappings_.TakeAll()) {
      void* address = reinterpret_cast<void*>(value);
      const Mapping mapping = FindMapping(address);
      std::string text =
          absl::StrFormat("%d bytes at %#x", mapping.bytes, value);
      switch (mapping.type) {
        case MEM_PRIVATE:
          VirtualFree(address, 0, MEM_RELEASE);
          break;
        case MEM_MAPPED:
          if (const std::string path = DescribeMappedFile(address);
              !path.empty()) {
            absl::StrAppend(&text, " of ", path);
          }
          UnmapViewOfFile(address);
          break;
        default:
          // The memory has been freed by code outside of the module.
          continue;
      }
      if (!of_runtime) {
        report.Add("mapping", std::move(text), mapping.bytes);
      }
    }
  }

 private:
  Records mappings_;
};

// Records memory that has been reserved.
void Allocated(const Caller* caller, void* result) {
  MEMORY_BASIC_INFORMATION memory;
  if (result == nullptr || VirtualQuery(result, &memory, sizeof(memory)) == 0) {
    return;
  }
  ResourcesOf<Mappings>(caller).Add(
      reinterpret_cast<uint64_t>(memory.AllocationBase), caller->is_runtime);
}

void AllocatedIn(const Caller* caller, HANDLE process, void* result,
                 void* address, DWORD how) {
  if (!IsThisProcess(process)) return;
  if (address == nullptr || (how & MEM_RESERVE) != 0) Allocated(caller, result);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeMappings() {
  return std::make_unique<Mappings>();
}

void hooks::VirtualAlloc(const Caller* caller, void* result, void* address,
                         SIZE_T /*size*/, DWORD how, DWORD /*protection*/) {
  AllocatedIn(caller, GetCurrentProcess(), result, address, how);
}

void hooks::VirtualAllocEx(const Caller* caller, void* result, HANDLE process,
                           void* address, SIZE_T /*size*/, DWORD how,
                           DWORD /*protection*/) {
  AllocatedIn(caller, process, result, address, how);
}

void hooks::VirtualAllocExNuma(const Caller* caller, void* result,
                               HANDLE process, void* address, SIZE_T /*size*/,
                               DWORD how, DWORD /*protection*/,
                               DWORD /*node*/) {
  AllocatedIn(caller, process, result, address, how);
}

void hooks::VirtualAlloc2(const Caller* caller, void* result, HANDLE process,
                          void* address, SIZE_T /*size*/, ULONG how,
                          ULONG /*protection*/, void* /*parameters*/,
                          ULONG /*count*/) {
  // Null means this process.
  AllocatedIn(caller, process != nullptr ? process : GetCurrentProcess(),
              result, address, how);
}

BOOL hooks::VirtualFree(const Caller* caller, void* address, SIZE_T size,
                        DWORD how) {
  return hooks::VirtualFreeEx(caller, GetCurrentProcess(), address, size, how);
}

BOOL hooks::VirtualFreeEx(const Caller* caller, HANDLE process, void* address,
                          SIZE_T size, DWORD how) {
  if ((how & MEM_RELEASE) != 0 && IsThisProcess(process)) {
    // Removed before the memory is free, because another thread of the module
    // may get it at once.
    ResourcesOf<Mappings>(caller).Remove(reinterpret_cast<uint64_t>(address));
  }
  return ::VirtualFreeEx(process, address, size, how);
}

}  // namespace relib::platform
