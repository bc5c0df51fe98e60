#ifndef PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_
#define PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_

#include <windows.h>

#include <string>

namespace relib::platform {

struct HandleText {
  // "open file", or "handle" for other objects.
  std::string kind;
  // Human-readable: "C:\tmp\cache", "pipe", "event", "mutex Global\x".
  std::string text;
};

// Describes the object behind a handle of this process. Empty if the handle
// isn't open.
HandleText DescribeHandle(HANDLE handle);

// Returns the path of the file that is mapped at `address`. Empty if there is
// none, or if its name isn't known.
std::string DescribeMappedFile(void* address);

// Returns the path of the file of `library`, or "a data file" if the library
// was loaded as one.
std::string DescribeLibrary(HMODULE library);

bool IsThisProcess(HANDLE process);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_
