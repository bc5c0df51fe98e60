#ifndef PLATFORM_WINDOWS_WINE_H_
#define PLATFORM_WINDOWS_WINE_H_

namespace relib::platform {

// True when Wine is the system. Wine is recognised only where it is known to
// differ from Windows, each place says in what. Callable before main().
bool IsWine();

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_H_
