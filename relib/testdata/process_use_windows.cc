#include <windows.h>

#include <cstdint>

#include "relib/testdata/process_use.h"

namespace relib {

ProcessUse CurrentProcessUse() {
  ProcessUse use;
  MEMORY_BASIC_INFORMATION memory;
  for (const char* address = nullptr;
       VirtualQuery(address, &memory, sizeof(memory)) != 0;
       address =
           static_cast<const char*>(memory.BaseAddress) + memory.RegionSize) {
    if (memory.State == MEM_FREE) continue;
    ++use.mappings;
    if (memory.State == MEM_COMMIT && memory.Type == MEM_PRIVATE) {
      use.bytes += static_cast<int64_t>(memory.RegionSize);
    }
  }
  DWORD handles = 0;
  GetProcessHandleCount(GetCurrentProcess(), &handles);
  use.handles = handles;
  return use;
}

}  // namespace relib
