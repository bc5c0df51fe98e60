#include "platform/windows/wine/wine.h"

#include <windows.h>

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {

bool RunsUnderWine() {
  static const bool wine =
      GetProcAddress(GetModuleHandleW(L"ntdll"), "wine_get_version") != nullptr;
  return wine;
}

absl::Status StartUnixProgram(const std::wstring& program,
                              std::wstring command_line,
                              const std::string& directory) {
  STARTUPINFOW startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process = {};
  std::wstring windows_directory = ToWide(directory);
  std::replace(windows_directory.begin(), windows_directory.end(), L'/', L'\\');
  // CREATE_NEW_CONSOLE makes Wine call setsid().
  if (!CreateProcessW((L"\\\\?\\unix\\" + program).c_str(), command_line.data(),
                      nullptr, nullptr, FALSE, CREATE_NEW_CONSOLE, nullptr,
                      windows_directory.c_str(), &startup, &process)) {
    return LastErrorStatus(
        absl::StrCat("run the Unix system's ", ToUtf8(program)));
  }
  // For a Unix program, Wine fills `process` with old contents of its stack.
  // They must not be closed, for they may be handles of something else.
  return absl::OkStatus();
}

}  // namespace relib::platform
