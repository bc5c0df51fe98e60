// Opens a handle and leaves it open. The argument is "FUNCTION FILE": the
// function that opens the handle, and a file for the functions that need one.
// Returns the number of handles.

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr char kName[] = "misbehavior by function";
constexpr wchar_t kWideName[] = L"misbehavior by function";
constexpr char kPipe[] = R"(\\.\pipe\relib misbehavior)";
constexpr wchar_t kWidePipe[] = LR"(\\.\pipe\relib misbehavior)";
constexpr char kMailslot[] = R"(\\.\mailslot\relib misbehavior)";
constexpr wchar_t kWideMailslot[] = LR"(\\.\mailslot\relib misbehavior)";

// Closes the handle `created`, and returns a second handle of the same object.
template <typename Open>
HANDLE Opened(HANDLE created, const Open& open) {
  const HANDLE opened = open();
  CloseHandle(created);
  return opened;
}

HANDLE Create(std::string_view function) {
  if (function == "CreateEventExA") {
    return CreateEventExA(nullptr, nullptr, 0, EVENT_ALL_ACCESS);
  }
  if (function == "CreateEventExW") {
    return CreateEventExW(nullptr, nullptr, 0, EVENT_ALL_ACCESS);
  }
  if (function == "CreateFileMappingA") {
    return CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                              4096, nullptr);
  }
  if (function == "CreateJobObjectA") return CreateJobObjectA(nullptr, nullptr);
  if (function == "CreateJobObjectW") return CreateJobObjectW(nullptr, nullptr);
  if (function == "CreateMailslotA") {
    return CreateMailslotA(kMailslot, 0, 0, nullptr);
  }
  if (function == "CreateMailslotW") {
    return CreateMailslotW(kWideMailslot, 0, 0, nullptr);
  }
  if (function == "CreateMutexExA") {
    return CreateMutexExA(nullptr, nullptr, 0, MUTEX_ALL_ACCESS);
  }
  if (function == "CreateMutexExW") {
    return CreateMutexExW(nullptr, nullptr, 0, MUTEX_ALL_ACCESS);
  }
  if (function == "CreateMutexW") return CreateMutexW(nullptr, FALSE, nullptr);
  if (function == "CreateNamedPipeA") {
    return CreateNamedPipeA(kPipe, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096,
                            4096, 0, nullptr);
  }
  if (function == "CreateNamedPipeW") {
    return CreateNamedPipeW(kWidePipe, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
                            4096, 4096, 0, nullptr);
  }
  if (function == "CreateSemaphoreA") {
    return CreateSemaphoreA(nullptr, 1, 1, nullptr);
  }
  if (function == "CreateSemaphoreExA") {
    return CreateSemaphoreExA(nullptr, 1, 1, nullptr, 0, SEMAPHORE_ALL_ACCESS);
  }
  if (function == "CreateSemaphoreExW") {
    return CreateSemaphoreExW(nullptr, 1, 1, nullptr, 0, SEMAPHORE_ALL_ACCESS);
  }
  if (function == "CreateWaitableTimerA") {
    return CreateWaitableTimerA(nullptr, TRUE, nullptr);
  }
  if (function == "CreateWaitableTimerExA") {
    return CreateWaitableTimerExA(nullptr, nullptr, 0, TIMER_ALL_ACCESS);
  }
  if (function == "CreateWaitableTimerExW") {
    return CreateWaitableTimerExW(nullptr, nullptr, 0, TIMER_ALL_ACCESS);
  }
  return nullptr;
}

HANDLE Open(std::string_view function) {
  if (function == "OpenEventA") {
    return Opened(CreateEventA(nullptr, TRUE, FALSE, kName),
                  [] { return OpenEventA(SYNCHRONIZE, FALSE, kName); });
  }
  if (function == "OpenEventW") {
    return Opened(CreateEventA(nullptr, TRUE, FALSE, kName),
                  [] { return OpenEventW(SYNCHRONIZE, FALSE, kWideName); });
  }
  if (function == "OpenFileMappingA") {
    return Opened(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr,
                                     PAGE_READWRITE, 0, 4096, kName),
                  [] { return OpenFileMappingA(FILE_MAP_READ, FALSE, kName); });
  }
  if (function == "OpenFileMappingW") {
    return Opened(
        CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                           4096, kName),
        [] { return OpenFileMappingW(FILE_MAP_READ, FALSE, kWideName); });
  }
  if (function == "OpenMutexA") {
    return Opened(CreateMutexA(nullptr, FALSE, kName),
                  [] { return OpenMutexA(SYNCHRONIZE, FALSE, kName); });
  }
  if (function == "OpenSemaphoreA") {
    return Opened(CreateSemaphoreA(nullptr, 1, 1, kName),
                  [] { return OpenSemaphoreA(SYNCHRONIZE, FALSE, kName); });
  }
  if (function == "OpenSemaphoreW") {
    return Opened(CreateSemaphoreA(nullptr, 1, 1, kName),
                  [] { return OpenSemaphoreW(SYNCHRONIZE, FALSE, kWideName); });
  }
  if (function == "OpenWaitableTimerA") {
    return Opened(CreateWaitableTimerA(nullptr, TRUE, kName),
                  [] { return OpenWaitableTimerA(SYNCHRONIZE, FALSE, kName); });
  }
  if (function == "OpenWaitableTimerW") {
    return Opened(CreateWaitableTimerA(nullptr, TRUE, kName), [] {
      return OpenWaitableTimerW(SYNCHRONIZE, FALSE, kWideName);
    });
  }
  return nullptr;
}

HANDLE OfFile(std::string_view function, const std::wstring& path) {
  const auto create = [&] {
    return CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                       CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  };
  if (function == "CreateFileW") return create();
  if (function == "CreateFile2") {
    return CreateFile2(path.c_str(), GENERIC_WRITE, 0, CREATE_ALWAYS, nullptr);
  }
  if (function == "ReOpenFile") {
    const HANDLE file = create();
    return Opened(file, [file] {
      return ReOpenFile(file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                        0);
    });
  }
  if (function == "FindFirstChangeNotificationA") {
    return FindFirstChangeNotificationA("C:\\", FALSE,
                                        FILE_NOTIFY_CHANGE_FILE_NAME);
  }
  if (function == "FindFirstChangeNotificationW") {
    return FindFirstChangeNotificationW(L"C:\\", FALSE,
                                        FILE_NOTIFY_CHANGE_FILE_NAME);
  }
  return nullptr;
}

int64_t Run(std::string_view argument) {
  const size_t blank = argument.find(' ');
  const std::string_view function = argument.substr(0, blank);
  const std::string_view path = argument.substr(blank + 1);
  for (const HANDLE handle :
       {Create(function), Open(function),
        OfFile(function, std::wstring(path.begin(), path.end()))}) {
    if (handle != nullptr && handle != INVALID_HANDLE_VALUE) return 1;
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
