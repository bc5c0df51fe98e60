#include "platform/windows/host/dependencies/library_holders.h"

#include <windows.h>
// After windows.h.
#include <psapi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "platform/image/holders.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Returns how many references the loader counts on `module`, or kPinned;
// nothing if unknown.
constexpr uint32_t kPinned = ~uint32_t{0};
std::optional<uint32_t> ReferenceCount(HMODULE module) {
  using Find = LONG(NTAPI*)(void* address, void** entry);
  const auto find =
      reinterpret_cast<Find>(reinterpret_cast<void*>(GetProcAddress(
          GetModuleHandleW(L"ntdll.dll"), "LdrFindEntryForAddress")));
  char* entry = nullptr;
  if (find == nullptr || find(module, reinterpret_cast<void**>(&entry)) != 0 ||
      entry == nullptr) {
    return std::nullopt;
  }
  // Offsets in the 64-bit LDR_DATA_TABLE_ENTRY, from debug symbols.
  constexpr size_t kDllBase = 0x30;
  constexpr size_t kObsoleteLoadCount = 0x6c;  // Wine 8, Windows 7: 16 bits
  constexpr size_t kDdagNode = 0x98;           // from Windows 8 on
  constexpr size_t kLoadCount = 0x18;          // in LDR_DDAG_NODE: 32 bits
  void* base;
  std::memcpy(&base, entry + kDllBase, sizeof(base));
  if (base != module) return std::nullopt;
  auto read_old = [&]() -> uint32_t {
    uint16_t count;
    std::memcpy(&count, entry + kObsoleteLoadCount, sizeof(count));
    return count == 0xffff ? kPinned : count;
  };
  char* node;
  std::memcpy(&node, entry + kDdagNode, sizeof(node));
  MEMORY_BASIC_INFORMATION memory;
  const bool has_node = VirtualQuery(node, &memory, sizeof(memory)) != 0 &&
                        memory.State == MEM_COMMIT &&
                        (memory.Protect & PAGE_READWRITE) != 0;
  auto read_new = [&]() -> uint32_t {
    uint32_t count = 0;
    if (has_node) std::memcpy(&count, node + kLoadCount, sizeof(count));
    return count;
  };
  const uint32_t old_before = read_old();
  const uint32_t new_before = read_new();
  if (ReferenceImageAt(module) == nullptr) return std::nullopt;
  const bool old_follows = read_old() == old_before + 1;
  const bool new_follows = read_new() == new_before + 1;
  FreeLibrary(module);
  if (new_follows && read_new() == new_before) return new_before;
  if (old_follows && read_old() == old_before) return old_before;
  if (old_before == kPinned || new_before == kPinned) return kPinned;
  return std::nullopt;
}

// Returns whether the import table of `image`, on which the caller holds a
// reference, has an address inside of `exporter`.
bool ImportsFrom(uintptr_t image, const MODULEINFO& exporter) {
  const IMAGE_IMPORT_DESCRIPTOR* import = ImportTable(image);
  if (import == nullptr) return false;
  const auto exporter_begin = reinterpret_cast<uintptr_t>(exporter.lpBaseOfDll);
  for (; import->Name != 0 && import->FirstThunk != 0; ++import) {
    const auto* thunk =
        reinterpret_cast<const IMAGE_THUNK_DATA*>(image + import->FirstThunk);
    for (; thunk->u1.Function != 0; ++thunk) {
      if (thunk->u1.Function - exporter_begin < exporter.SizeOfImage) {
        return true;
      }
    }
  }
  return false;
}

// Returns the paths of the loaded libraries that are linked against `module`.
std::vector<std::string> Importers(HMODULE module) {
  std::vector<std::string> importers;
  MODULEINFO info;
  std::vector<HMODULE> modules(256);
  DWORD size = 0;
  for (;;) {
    const auto capacity = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    if (!K32GetModuleInformation(GetCurrentProcess(), module, &info,
                                 sizeof(info)) ||
        !K32EnumProcessModules(GetCurrentProcess(), modules.data(), capacity,
                               &size)) {
      return importers;
    }
    if (size <= capacity) break;
    modules.resize(size / sizeof(HMODULE) + 16);
  }
  modules.resize(size / sizeof(HMODULE));
  for (HMODULE other : modules) {
    // The library may be gone by now. A reference keeps it while it is read.
    if (other == module || ReferenceImageAt(other) != other) continue;
    if (ImportsFrom(reinterpret_cast<uintptr_t>(other), info)) {
      importers.push_back(ToUtf8(ImagePath(other)));
    }
    FreeLibrary(other);
  }
  return importers;
}

}  // namespace

std::string DescribeHolders(HMODULE module) {
  const std::vector<std::string> importers = Importers(module);
  std::vector<std::string> reasons;
  if (!importers.empty()) {
    reasons.push_back(DescribeDependents(importers));
  }
  const std::optional<uint32_t> count = ReferenceCount(module);
  if (count == kPinned) {
    reasons.push_back(
        "it is pinned until the process ends (GetModuleHandleEx with "
        "GET_MODULE_HANDLE_EX_FLAG_PIN)");
  } else if (!count.has_value() || *count > 1 + importers.size()) {
    // Wine also counts each library that is linked against the module.
    std::optional<uint32_t> more;
    if (count.has_value()) {
      more = *count - 1 - static_cast<uint32_t>(importers.size());
    }
    reasons.push_back(DescribeReferences(
        more,
        "LoadLibrary or GetModuleHandleEx (a C++ runtime without relib's agent "
        "takes one for each thread_local object with a destructor)"));
  }
  if (reasons.empty()) return "the holder is unknown";
  return absl::StrJoin(reasons, "; ");
}

}  // namespace relib::platform
