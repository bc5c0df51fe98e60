#include "platform/tests/subprocess_test_system.h"

#include <windows.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "platform/host/subprocess.h"
#include "platform/windows/system/handle_count.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/unix_command.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform::test {

InheritableHandle::InheritableHandle() {
  SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), nullptr, TRUE};
  handle_ = reinterpret_cast<intptr_t>(
      CreateEventW(&inheritable, TRUE, FALSE, nullptr));
  // A number that a new process hasn't got for something else.
  for (int i = 0; i < 200; ++i) {
    HANDLE next;
    DuplicateHandle(GetCurrentProcess(), reinterpret_cast<HANDLE>(handle_),
                    GetCurrentProcess(), &next, 0, TRUE, DUPLICATE_SAME_ACCESS);
    handle_ = reinterpret_cast<intptr_t>(next);
  }
}
// The others end with the process.
InheritableHandle::~InheritableHandle() {
  CloseHandle(reinterpret_cast<HANDLE>(handle_));
}
std::string InheritableHandle::text() const { return absl::StrCat(handle_); }

bool IsInherited(const std::string& text) {
  int64_t number;
  DWORD flags;
  return absl::SimpleAtoi(text, &number) &&
         GetHandleInformation(
             reinterpret_cast<HANDLE>(static_cast<intptr_t>(number)), &flags);
}

int OpenHandles() { return CountHandles(); }

// Processes are not reaped on Windows.
ReapingHost::ReapingHost() = default;
ReapingHost::~ReapingHost() = default;

void StartChild(const std::string& program, const std::string& arguments) {
  std::wstring command_line =
      ToWide(absl::StrCat("\"", program, "\" child ", arguments));
  STARTUPINFOW startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process;
  if (CreateProcessW(nullptr, command_line.data(), nullptr, nullptr, TRUE, 0,
                     nullptr, nullptr, &startup, &process)) {
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
  }
}

bool RunsUnixCommands() { return RunsUnderWine(); }

absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory) {
  return platform::StartUnixCommand(command, working_directory);
}

}  // namespace relib::platform::test
