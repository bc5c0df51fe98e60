#include <windows.h>
// Behind windows.h, which it needs.
// clang-format off
#include <tlhelp32.h>
// clang-format on

#include <cstdint>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "bench/soak/counters.h"
#include "relib/testdata/process_use.h"

namespace relib::bench::soak {
namespace {

// The lowest numbers that are free: they are given out in order.
int64_t NextTlsIndex() {
  const DWORD index = TlsAlloc();
  CHECK(index != TLS_OUT_OF_INDEXES);
  TlsFree(index);
  return index;
}
int64_t NextFlsIndex() {
  const DWORD index = FlsAlloc(nullptr);
  CHECK(index != FLS_OUT_OF_INDEXES);
  FlsFree(index);
  return index;
}

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

std::vector<Counter> ReadCounters(const std::string& /*module*/) {
  const ProcessUse use = CurrentProcessUse();
  return {
      {"memory (KiB)", use.bytes / 1024, 1024},
      {"mappings", use.mappings, 64},
      // The host's threads make some when they first wait for one another.
      {"handles", use.handles, 4},
      // One that is detached may be on its way out.
      {"threads", CountThreads(), 1},
      {"TLS indices", NextTlsIndex(), 0},
      {"FLS indices", NextFlsIndex(), 0},
  };
}

}  // namespace relib::bench::soak
