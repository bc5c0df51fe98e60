#include "platform/windows/wine/free_library.h"

#include <windows.h>
// After windows.h.
#include <winternl.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "platform/windows/system/thread_block.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

// In milliseconds. On a busy machine, the other thread may not run for a long
// time.
constexpr DWORD kMaxWait = 10'000;

constexpr NTSTATUS kNoMoreEntries = static_cast<NTSTATUS>(0x8000001A);

// Held exclusively by the thread that frees a library, shared by threads that
// search. A thread that holds the loader's lock may throw, so that lock is
// taken before this one.
SRWLOCK list_lock = SRWLOCK_INIT;
std::atomic<DWORD> freeing_thread = 0;

// Functions of ntdll.
NTSTATUS(NTAPI* lock_loader)(ULONG flags, ULONG* result, ULONG_PTR* cookie);
NTSTATUS(NTAPI* unlock_loader)(ULONG flags, ULONG_PTR cookie);

template <typename Function>
void Find(const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name)));
}

// Returns false if the lock isn't free within kMaxWait.
template <typename Try>
bool LockFor(Try try_lock) {
  if (try_lock(&list_lock)) return true;
  const ULONGLONG end = GetTickCount64() + kMaxWait;
  while (GetTickCount64() < end) {
    Sleep(0);
    if (try_lock(&list_lock)) return true;
  }
  return false;
}

// Searches the loader's list in the order of memory. The offsets are those that
// debuggers use; winternl.h has only parts of the structures.
NTSTATUS FindInList(const void* address, LDR_DATA_TABLE_ENTRY** found) {
  constexpr size_t kDllBase = 0x30;
  constexpr size_t kSizeOfImage = 0x40;
  const auto* const thread = static_cast<const TEB*>(CurrentThreadBlock());
  LIST_ENTRY* const head =
      &thread->ProcessEnvironmentBlock->Ldr->InMemoryOrderModuleList;
  for (LIST_ENTRY* link = head->Flink; link != head; link = link->Flink) {
    auto* const entry =
        CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InMemoryOrderLinks);
    const char* const bytes = reinterpret_cast<const char*>(entry);
    uintptr_t base;
    ULONG size;
    std::memcpy(&base, bytes + kDllBase, sizeof(base));
    std::memcpy(&size, bytes + kSizeOfImage, sizeof(size));
    if (reinterpret_cast<uintptr_t>(address) - base < size) {
      *found = entry;
      return 0;
    }
  }
  return kNoMoreEntries;
}

NTSTATUS NTAPI FindEntryForAddress(const void* address,
                                   LDR_DATA_TABLE_ENTRY** found) {
  // The library's own code may throw while it is freed.
  const bool frees =
      freeing_thread.load(std::memory_order_relaxed) == GetCurrentThreadId();
  const bool locked = !frees && LockFor(TryAcquireSRWLockShared);
  const NTSTATUS status = FindInList(address, found);
  if (locked) ReleaseSRWLockShared(&list_lock);
  return status;
}

// Replaces Wine's function with FindEntryForAddress(), if it is the known one.
bool ReplaceWinesFunction() {
  if (!RunsUnderWine()) return false;
  unsigned char* code;
  Find("LdrLockLoaderLock", lock_loader);
  Find("LdrUnlockLoaderLock", unlock_loader);
  Find("LdrFindEntryForAddress", code);
  if (lock_loader == nullptr || unlock_loader == nullptr) return false;
  // The known function begins with the path to the list: gs:[0x30], and from
  // there ProcessEnvironmentBlock and Ldr. A function that locks would begin
  // differently.
  constexpr unsigned char kStart[] = {0x65, 0x48, 0x8b, 0x04, 0x25, 0x30,
                                      0,    0,    0,    0x48, 0x8b, 0x40,
                                      0x60, 0x48, 0x8b, 0x40, 0x18};
  if (code == nullptr || std::memcmp(code, kStart, sizeof(kStart)) != 0) {
    return false;
  }
  // jmp [rip+0], followed by the target.
  unsigned char jump[14] = {0xff, 0x25};
  const auto target = &FindEntryForAddress;
  std::memcpy(jump + 6, &target, sizeof(target));
  DWORD protection;
  if (!VirtualProtect(code, sizeof(jump), PAGE_EXECUTE_READWRITE,
                      &protection)) {
    return false;
  }
  std::memcpy(code, jump, sizeof(jump));
  VirtualProtect(code, sizeof(jump), protection, &protection);
  FlushInstructionCache(GetCurrentProcess(), code, sizeof(jump));
  return true;
}

// Initialized before there are other threads, as a rule.
const bool kIsReplaced = ReplaceWinesFunction();

}  // namespace

BOOL FreeLibraryBesideOthers(HMODULE library) {
  // A library may free another one while it is freed.
  if (!kIsReplaced ||
      freeing_thread.load(std::memory_order_relaxed) == GetCurrentThreadId()) {
    return FreeLibrary(library);
  }
  ULONG_PTR cookie = 0;
  const bool has_loader = lock_loader(0, nullptr, &cookie) >= 0;
  const bool locked = LockFor(TryAcquireSRWLockExclusive);
  if (locked) {
    freeing_thread.store(GetCurrentThreadId(), std::memory_order_relaxed);
  }
  const BOOL freed = FreeLibrary(library);
  const DWORD error = GetLastError();
  if (locked) {
    freeing_thread.store(0, std::memory_order_relaxed);
    ReleaseSRWLockExclusive(&list_lock);
  }
  if (has_loader) unlock_loader(0, cookie);
  SetLastError(error);
  return freed;
}

}  // namespace relib::platform
