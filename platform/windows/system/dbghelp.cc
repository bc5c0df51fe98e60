#include "platform/windows/system/dbghelp.h"

// After windows.h.
#include <psapi.h>

#include <atomic>
#include <cstdint>
#include <map>

namespace relib::platform {
namespace {

// Not a CRITICAL_SECTION, which would need initialization, nor a
// std::recursive_mutex, which would make threads of modules known to the host's
// pthreads.
SRWLOCK section = SRWLOCK_INIT;
std::atomic<DWORD> owner{0};  // no thread's id
int depth = 0;                // under `section`

struct Session {
  int users = 0;
  // The program has begun the session, so only the program may end it.
  bool is_programs = false;
};

// Protected by the lock. Never destroyed, because modules may be unloaded after
// the static objects of the host are gone.
std::map<HANDLE, Session>* sessions = nullptr;

std::map<HANDLE, Session>& Sessions() {
  if (sessions == nullptr) sessions = new std::map<HANDLE, Session>;
  return *sessions;
}

BOOL Begin(HANDLE process, const char* path, BOOL all_modules) {
  return SymInitialize(process, path, all_modules);
}
BOOL Begin(HANDLE process, const wchar_t* path, BOOL all_modules) {
  return SymInitializeW(process, path, all_modules);
}

// With EnumerateLoadedModulesW64(), replaces SymRefreshModuleList(), which does
// nothing in Wine 8.
BOOL CALLBACK LoadModule(const wchar_t* /*name*/, DWORD64 base, ULONG size,
                         void* process) {
  wchar_t path[MAX_PATH];
  if (K32GetModuleFileNameExW(process, reinterpret_cast<HMODULE>(base), path,
                              MAX_PATH) != 0) {
    SymLoadModuleExW(process, nullptr, path, nullptr, base, size, nullptr, 0);
  }
  return TRUE;
}

template <typename Char>
BOOL Share(HANDLE process, const Char* path, BOOL all_modules) {
  const DbgHelpLock lock;
  Session& session = Sessions()[process];
  // The program may have ended or begun a session meanwhile.
  if (!HasSymbolSession(process)) {
    session = {};
    if (!Begin(process, path, all_modules)) {
      const DWORD error = GetLastError();
      Sessions().erase(process);
      SetLastError(error);
      return FALSE;
    }
  } else {
    if (session.users == 0) session.is_programs = true;
    if (all_modules) EnumerateLoadedModulesW64(process, &LoadModule, process);
  }
  ++session.users;
  return TRUE;
}

}  // namespace

void LockDbgHelp() {
  const DWORD self = GetCurrentThreadId();
  // Only this thread itself stores its id.
  if (owner.load(std::memory_order_relaxed) != self) {
    AcquireSRWLockExclusive(&section);
    owner.store(self, std::memory_order_relaxed);
  }
  ++depth;
}

void UnlockDbgHelp() {
  if (--depth > 0) return;
  owner.store(0, std::memory_order_relaxed);
  ReleaseSRWLockExclusive(&section);
}

bool HasSymbolSession(HANDLE process) {
  wchar_t path[1];
  SetLastError(ERROR_SUCCESS);
  return SymGetSearchPathW(process, path, 1) ||
         GetLastError() != ERROR_INVALID_HANDLE;
}

BOOL ShareSymbolSession(HANDLE process, const wchar_t* path, BOOL all_modules) {
  return Share(process, path, all_modules);
}

BOOL ShareSymbolSession(HANDLE process, const char* path, BOOL all_modules) {
  return Share(process, path, all_modules);
}

BOOL LeaveSymbolSession(HANDLE process) {
  const DbgHelpLock lock;
  const auto found = Sessions().find(process);
  if (found == Sessions().end()) {
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
  }
  if (--found->second.users > 0) return TRUE;
  const bool ends = !found->second.is_programs;
  Sessions().erase(found);
  return ends ? SymCleanup(process) : TRUE;
}

void ForgetSymbolsOf(const void* base) {
  const DbgHelpLock lock;
  const auto address = reinterpret_cast<uintptr_t>(base);
  const HANDLE self = GetCurrentProcess();
  if (HasSymbolSession(self)) SymUnloadModule64(self, address);
  for (const auto& [process, session] : Sessions()) {
    if (process != self && HasSymbolSession(process)) {
      SymUnloadModule64(process, address);
    }
  }
}

}  // namespace relib::platform
