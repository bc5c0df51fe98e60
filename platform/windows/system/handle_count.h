#ifndef PLATFORM_WINDOWS_SYSTEM_HANDLE_COUNT_H_
#define PLATFORM_WINDOWS_SYSTEM_HANDLE_COUNT_H_

namespace relib::platform::test {

// Returns how many handles this process has. The first call starts threads and
// makes them wait, so that the handles for that aren't created later.
int CountHandles();

}  // namespace relib::platform::test

#endif  // PLATFORM_WINDOWS_SYSTEM_HANDLE_COUNT_H_
