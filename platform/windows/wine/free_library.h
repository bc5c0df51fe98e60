#ifndef PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
#define PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_

#include <windows.h>

namespace relib::platform {

// Calls FreeLibrary(), and is safe while other threads throw exceptions or walk
// their stacks.
//
// On Windows FreeLibrary() is safe by itself. Wine 8 finds the library of each
// frame in the list of the process's libraries without a lock
// (LdrFindEntryForAddress() of its ntdll). A thread that inspects an entry of a
// library while it is freed reads memory that has been reused, and crashes.
// Therefore a replacement for LdrFindEntryForAddress() is installed before
// main(). It waits up to 10 s for running calls of FreeLibraryBesideOthers();
// the limit is for libraries whose own code waits for that thread. Libraries
// that other code frees by FreeLibrary() itself aren't covered.
BOOL FreeLibraryBesideOthers(HMODULE library);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
