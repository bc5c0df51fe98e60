#ifndef PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_
#define PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_

#include <windows.h>
// After windows.h.
// clang-format off
#include <dbghelp.h>
// clang-format on

namespace relib::platform {

// DbgHelp isn't thread-safe, and its sessions and options belong to the
// process. relib and all modules (resources/symbol_sessions/hooks.bzl) use it
// under this lock. The lock is recursive, because DbgHelp calls functions of
// its callers.
void LockDbgHelp();
void UnlockDbgHelp();

class DbgHelpLock {
 public:
  DbgHelpLock() { LockDbgHelp(); }
  ~DbgHelpLock() { UnlockDbgHelp(); }
  DbgHelpLock(const DbgHelpLock&) = delete;
  DbgHelpLock& operator=(const DbgHelpLock&) = delete;
};

// Returns whether a session exists under this handle. The caller holds the
// lock.
bool HasSymbolSession(HANDLE process);

// Modules share sessions with each other and with the program, because
// SymCleanup() by one of them would end a session for all. A session ends with
// its last user. A session that the program has begun is ended by the program
// alone.

// Like SymInitializeW(), but adds a user to a session that exists.
BOOL ShareSymbolSession(HANDLE process, const wchar_t* path, BOOL all_modules);
// Like SymInitialize().
BOOL ShareSymbolSession(HANDLE process, const char* path, BOOL all_modules);

// Like SymCleanup(), for one user.
BOOL LeaveSymbolSession(HANDLE process);

// Removes the symbols of the image at `base`, which is gone, so that another
// image at that address doesn't get its names. Covers the sessions that modules
// or the program have under the handle of the process, and those that modules
// have under other handles.
void ForgetSymbolsOf(const void* base);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_
