#ifndef PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
#define PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_

#include <windows.h>

namespace relib::platform {

// FreeLibrary(), which other threads needn't know of that throw, or walk their
// stacks. On Windows they needn't anyway. Wine 8 finds the library of each
// frame in the list of the process's libraries, without a lock
// (LdrFindEntryForAddress() of its ntdll): a thread that is at one that is
// freed reads memory that is somebody else's by then, and crashes. There, a
// function that waits while this frees takes the place of Wine's, from before
// main() on; it waits 10 s at most, in case the library's own code waits for
// that thread. What others free by FreeLibrary() itself isn't covered.
BOOL FreeLibraryBesideOthers(HMODULE library);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_FREE_LIBRARY_H_
