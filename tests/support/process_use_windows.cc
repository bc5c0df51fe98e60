#include <windows.h>
// tlhelp32.h needs windows.h.
// clang-format off
#include <tlhelp32.h>
// clang-format on

#include <cstdint>

#include "absl/log/check.h"
#include "platform/windows/system/handle_count.h"
#include "tests/support/process_use.h"

namespace relib {
namespace {

int64_t CountThreads() {
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  CHECK(snapshot != INVALID_HANDLE_VALUE);
  THREADENTRY32 entry = {};
  entry.dwSize = sizeof(entry);
  int64_t count = 0;
  for (BOOL more = Thread32First(snapshot, &entry); more != 0;
       more = Thread32Next(snapshot, &entry)) {
    if (entry.th32OwnerProcessID == GetCurrentProcessId()) ++count;
  }
  CloseHandle(snapshot);
  return count;
}

}  // namespace

ProcessUse CurrentProcessUse() {
  ProcessUse use;
  // Must be first, because it may start threads.
  use.handles = platform::test::CountHandles();
  use.threads = CountThreads();
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
