#ifndef PLATFORM_WINDOWS_HANDLE_COUNT_H_
#define PLATFORM_WINDOWS_HANDLE_COUNT_H_

namespace relib::platform::test {

// How many handles this process has.
int CountHandles();

}  // namespace relib::platform::test

#endif  // PLATFORM_WINDOWS_HANDLE_COUNT_H_
