#include "platform/windows/system/handle_count.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace relib::platform::test {
namespace {

// SystemExtendedHandleInformation, which the headers of mingw-w64 lack.
constexpr ULONG kAllHandles = 64;

using QuerySystemInformation = LONG(NTAPI*)(ULONG what, void* table, ULONG size,
                                            ULONG* needed);

struct Entry {
  void* object;
  uintptr_t process;
  uintptr_t handle;
  uint32_t access;
  uint16_t trace;
  uint16_t type;
  uint32_t attributes;
  uint32_t reserved;
};
static_assert(sizeof(Entry) == 40);

struct Head {
  uintptr_t count;
  uintptr_t reserved;
};
static_assert(sizeof(Head) == 16);

// STATUS_INFO_LENGTH_MISMATCH
constexpr auto kTooShort = static_cast<LONG>(0xC0000004);

std::vector<Entry> AllHandles() {
  static const auto query = reinterpret_cast<QuerySystemInformation>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
                                             "NtQuerySystemInformation")));
  // Elements of the entry's type give the table its alignment.
  std::vector<Entry> table(1024);
  LONG status;
  // The table may grow between two calls.
  while ((status = query(kAllHandles, table.data(),
                         static_cast<ULONG>(table.size() * sizeof(Entry)),
                         nullptr)) == kTooShort) {
    table.resize(2 * table.size());
  }
  if (status != 0) std::abort();
  const size_t count = reinterpret_cast<const Head*>(table.data())->count;
  const auto* entries = reinterpret_cast<const Entry*>(
      reinterpret_cast<const Head*>(table.data()) + 1);
  return std::vector<Entry>(entries, entries + count);
}

// Abseil keeps the objects that threads have waited on for the next threads. It
// creates the handles in them when a thread first waits, or first waits for
// another thread that wakes it. Without this function, that may happen some
// hundred unloads later, each of which has a thread.
void CreateHandlesForWaiting() {
  constexpr int kThreads = 4;
  constexpr int kTurns = 200;
  absl::Mutex mutex;
  int next = 0;
  std::vector<std::thread> threads;
  for (int self = 0; self < kThreads; ++self) {
    threads.emplace_back([&, self] {
      const auto is_next = [&] { return next == self; };
      for (int i = 0; i < kTurns; ++i) {
        const absl::MutexLock lock(mutex, absl::Condition(&is_next));
        next = (next + 1) % kThreads;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int CountHandles() {
  static const bool created = (CreateHandlesForWaiting(), true);
  static_cast<void>(created);
  DWORD count = 0;
  if (GetProcessHandleCount(GetCurrentProcess(), &count) && count != 0) {
    return static_cast<int>(count);
  }
  // Wine 8 counts none.
  const std::vector<Entry> entries = AllHandles();
  return static_cast<int>(
      std::count_if(entries.begin(), entries.end(), [](const Entry& entry) {
        return entry.process == GetCurrentProcessId();
      }));
}

}  // namespace relib::platform::test
