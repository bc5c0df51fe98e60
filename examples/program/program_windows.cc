#include <windows.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/program/program.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

// Quotes an argument for CommandLineToArgvW() and C libraries. They treat
// backslashes as escapes only before a quotation mark.
std::string Quoted(std::string_view argument) {
  std::string quoted = "\"";
  size_t backslashes = 0;
  for (const char character : argument) {
    if (character == '"') quoted.append(backslashes + 1, '\\');
    backslashes = character == '\\' ? backslashes + 1 : 0;
    quoted += character;
  }
  quoted.append(backslashes, '\\');
  return quoted + "\"";
}

}  // namespace

absl::StatusOr<std::string> ProgramPath() {
  std::wstring path(32768, L'\0');
  const DWORD size =
      GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  if (size == 0 || size == path.size()) {
    return ErrorStatus(GetLastError(), "the program doesn't know its own file");
  }
  return ToUtf8(std::wstring_view(path).substr(0, size));
}

absl::Status ReplaceProgram(const std::vector<std::string>& arguments) {
  const absl::StatusOr<std::string> path = ProgramPath();
  if (!path.ok()) return path.status();
  std::string line = Quoted(*path);
  for (const std::string& argument : arguments) {
    absl::StrAppend(&line, " ", Quoted(argument));
  }
  std::fflush(nullptr);
  std::wstring wide = ToWide(line);
  STARTUPINFOW startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process;
  if (!CreateProcessW(ToWide(*path).c_str(), wide.data(), nullptr, nullptr,
                      /*bInheritHandles=*/TRUE, 0, nullptr, nullptr, &startup,
                      &process)) {
    return ErrorStatus(GetLastError(),
                       absl::StrCat(*path, " can't be started"));
  }
  CloseHandle(process.hThread);
  WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  // Destructors must not run, because they would release resources that the
  // child has taken over.
  TerminateProcess(GetCurrentProcess(), code);
  return absl::InternalError("this process can't be ended");
}

}  // namespace relib::platform
