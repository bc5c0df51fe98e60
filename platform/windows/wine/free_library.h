#ifndef PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
#define PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_

#include <windows.h>

namespace relib::platform {

// Calls FreeLibrary(), and is safe while other threads throw exceptions or walk
// their stacks.
//
// On Windows FreeLibrary() is safe by itself. Wine 8 finds the library of each
// frame in the list of the process's libraries without a lock
// (LdrFindEntryForAddress() of its ntdll). A thread that is at a library which
// is freed reads memory that has another owner by then, and crashes. So, from
// before main() on, a function that waits for calls of
// FreeLibraryBesideOthers() replaces Wine's. It waits 10 s at most, in case the
// library's own code waits for that thread. Libraries that others free by
// FreeLibrary() itself aren't covered.
BOOL FreeLibraryBesideOthers(HMODULE library);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
