#ifndef PLATFORM_WINDOWS_WINE_WINE_H_
#define PLATFORM_WINDOWS_WINE_WINE_H_

#include <string>

#include "absl/status/status.h"

namespace relib::platform {

// Returns whether Wine runs this program. Callable before main(). Code asks
// this only where Wine is known to differ from Windows (README.md).
bool RunsUnderWine();

// Starts a program of the Unix system that Wine runs on, as the leader of a new
// session in `directory`, without input and output. Wine returns no process to
// wait for. `program` is like L"bin\\sh". `command_line` should be ASCII,
// because Wine converts it to the encoding of the system's locale. Under Wine
// only.
absl::Status StartUnixProgram(const std::wstring& program,
                              std::wstring command_line,
                              const std::string& directory);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_WINE_H_
