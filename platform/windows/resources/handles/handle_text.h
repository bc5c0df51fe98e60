#ifndef PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_
#define PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_

#include <windows.h>

#include <string>

namespace relib::platform {

struct HandleText {
  // "open file", or "handle" for what is no file.
  std::string kind;
  // For people: "C:\tmp\cache", "pipe", "event", "mutex Global\x".
  std::string text;
};

// What a handle of this process refers to. Empty if it isn't open.
HandleText DescribeHandle(HANDLE handle);

// The file that is mapped at `address`. Empty if none is, or if its name isn't
// known.
std::string DescribeMappedFile(void* address);

// Returns the path of the file of `library`, or "a data file" if the library
// was loaded as one.
std::string DescribeLibrary(HMODULE library);

bool IsThisProcess(HANDLE process);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_HANDLES_HANDLE_TEXT_H_
