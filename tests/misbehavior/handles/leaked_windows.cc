// Opens handles by each common function that opens one, of the file `argument`
// among others, and closes none. Returns the number of handles.

#include <windows.h>
// After windows.h.
#include <tlhelp32.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

DWORD WINAPI Return(void*) { return 0; }

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  int64_t opened = 0;
  const auto check = [&](HANDLE handle) {
    opened += handle != nullptr && handle != INVALID_HANDLE_VALUE;
    return handle;
  };
  const HANDLE file = check(
      CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ,
                  nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
  check(CreateEventA(nullptr, TRUE, FALSE, nullptr));
  check(CreateEventW(nullptr, TRUE, FALSE, L"misbehavior event"));
  check(CreateMutexA(nullptr, FALSE, "misbehavior mutex"));
  check(OpenMutexW(SYNCHRONIZE, FALSE, L"misbehavior mutex"));
  check(CreateSemaphoreW(nullptr, 1, 1, nullptr));
  check(CreateWaitableTimerW(nullptr, TRUE, nullptr));
  check(CreateFileMappingW(file, nullptr, PAGE_READWRITE, 0, 4096, nullptr));
  check(OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId()));
  check(OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId()));
  check(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  const HANDLE port =
      check(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
  // Returns the same handle.
  CreateIoCompletionPort(file, port, 0, 0);
  HANDLE read;
  HANDLE write;
  if (CreatePipe(&read, &write, nullptr, 0)) opened += 2;
  HANDLE duplicate;
  if (DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(),
                      &duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
    ++opened;
  }
  check(CreateThread(nullptr, 0, &Return, nullptr, 0, nullptr));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
