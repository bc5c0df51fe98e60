// Closes the handles that it opens, by each function that closes some. Returns
// the number of failures.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t failed = 0;
  failed += !CloseHandle(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  const HANDLE source = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  HANDLE target;
  failed += !DuplicateHandle(GetCurrentProcess(), source, GetCurrentProcess(),
                             &target, 0, FALSE,
                             DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
  failed += !CloseHandle(target);
  failed += !FindCloseChangeNotification(FindFirstChangeNotificationW(
      L"C:\\", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME));
  // Looked up at run time.
  using Create = HANDLE(WINAPI*)(void*, BOOL, BOOL, const wchar_t*);
  using Close = BOOL(WINAPI*)(HANDLE);
  const HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  const auto create = reinterpret_cast<Create>(
      reinterpret_cast<void*>(GetProcAddress(kernel, "CreateEventW")));
  const auto close = reinterpret_cast<Close>(
      reinterpret_cast<void*>(GetProcAddress(kernel, "CloseHandle")));
  failed += !CloseHandle(create(nullptr, TRUE, FALSE, nullptr));
  failed += !close(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
