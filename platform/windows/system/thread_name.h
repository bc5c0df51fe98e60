#ifndef PLATFORM_WINDOWS_SYSTEM_THREAD_NAME_H_
#define PLATFORM_WINDOWS_SYSTEM_THREAD_NAME_H_

#include <windows.h>

#include <string>

namespace relib::platform {

// Returns the name in UTF-8. Empty if the thread has no name, and before
// Windows 10 version 1607.
std::string ThreadName(HANDLE thread);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_THREAD_NAME_H_
