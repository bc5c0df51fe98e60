#include <windows.h>

#include "tests/misbehavior/harness/resident_memory.h"
// After windows.h.
#include <psapi.h>

#include <cstddef>
#include <cstdint>

namespace relib::misbehavior {

int64_t ResidentKib() {
  PROCESS_MEMORY_COUNTERS counters = {};
  counters.cb = sizeof(counters);
  if (!K32GetProcessMemoryInfo(GetCurrentProcess(), &counters,
                               sizeof(counters))) {
    return -1;
  }
  return static_cast<int64_t>(counters.WorkingSetSize / 1024);
}

int64_t ResidentKibWithoutFiles() {
  constexpr size_t kPage = 4096;
  constexpr size_t kMaxPages = 512;
  int64_t pages = 0;
  MEMORY_BASIC_INFORMATION memory;
  for (char* region = nullptr;
       VirtualQuery(region, &memory, sizeof(memory)) != 0;
       region = static_cast<char*>(memory.BaseAddress) + memory.RegionSize) {
    if (memory.State != MEM_COMMIT || memory.Type != MEM_PRIVATE) continue;
    char* const end =
        static_cast<char*>(memory.BaseAddress) + memory.RegionSize;
    for (char* page = static_cast<char*>(memory.BaseAddress); page < end;) {
      PSAPI_WORKING_SET_EX_INFORMATION infos[kMaxPages] = {};
      size_t count = 0;
      for (; count < kMaxPages && page < end; page += kPage) {
        infos[count++].VirtualAddress = page;
      }
      if (!K32QueryWorkingSetEx(GetCurrentProcess(), infos,
                                static_cast<DWORD>(count * sizeof(*infos)))) {
        return -1;
      }
      for (size_t i = 0; i < count; ++i) {
        if (infos[i].VirtualAttributes.Valid) ++pages;
      }
    }
  }
  return pages * static_cast<int64_t>(kPage / 1024);
}

}  // namespace relib::misbehavior
