#include <windows.h>

#include <cstdint>

#include "platform/windows/handle_count.h"
#include "relib/testdata/process_use.h"

namespace relib {

ProcessUse CurrentProcessUse() {
  ProcessUse use;
  // First, because it may start threads.
  use.handles = platform::test::CountHandles();
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
  return use;
}

}  // namespace relib
