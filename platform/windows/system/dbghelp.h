#ifndef PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_
#define PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_

#include <windows.h>
// Behind windows.h, which it needs.
// clang-format off
#include <dbghelp.h>
// clang-format on

namespace relib::platform {

// DbgHelp isn't thread-safe, and its sessions and options are the process's.
// relib and all modules (hooks.bzl) use it under this lock. A thread may take
// it several times: DbgHelp calls functions of its callers.
void LockDbgHelp();
void UnlockDbgHelp();

class DbgHelpLock {
 public:
  DbgHelpLock() { LockDbgHelp(); }
  ~DbgHelpLock() { UnlockDbgHelp(); }
  DbgHelpLock(const DbgHelpLock&) = delete;
  DbgHelpLock& operator=(const DbgHelpLock&) = delete;
};

// Whether somebody has begun a session under this handle, and not ended it. The
// caller has the lock.
bool HasSymbolSession(HANDLE process);

// Sessions that modules share with each other and with the program:
// SymCleanup() by one of them would end it for all. Each is ended with its last
// user; one that the program has begun, by the program alone.

// As SymInitializeW(), but for a session that is there it adds one user.
BOOL ShareSymbolSession(HANDLE process, const wchar_t* path, BOOL all_modules);
// As SymInitialize().
BOOL ShareSymbolSession(HANDLE process, const char* path, BOOL all_modules);

// As SymCleanup(), for one user.
BOOL LeaveSymbolSession(HANDLE process);

// The image at `base` is gone: what comes to lie there must not get its names
// in a session that modules or the program have under the handle of the process
// or that modules have under another.
void ForgetSymbolsOf(const void* base);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_DBGHELP_H_
