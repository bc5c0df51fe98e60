#include "platform/terminal.h"

#include <windows.h>

#include <atomic>
#include <iterator>
#include <string>
#include <string_view>

#include "platform/windows/utf.h"

namespace relib::platform {
namespace {

std::atomic<bool> interrupted = false;

// From the system and not from the C library, whose copy of the environment
// doesn't follow SetEnvironmentVariable(). Empty if it isn't set.
std::string Variable(const wchar_t* name) {
  wchar_t value[64];
  const DWORD length = GetEnvironmentVariableW(name, value, std::size(value));
  if (length >= std::size(value)) return "long";
  return ToUtf8(std::wstring_view(value, length));
}

// Runs on a thread that the system makes for it.
BOOL WINAPI OnControl(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
  if (interrupted.exchange(true, std::memory_order_relaxed)) {
    // Not left to the default handler, which runs the detach code of every
    // library on this thread, and under Wine ends with success.
    TerminateProcess(GetCurrentProcess(),
                     static_cast<UINT>(STATUS_CONTROL_C_EXIT));
  }
  return TRUE;
}

}  // namespace

bool TerminalHasColor() {
  const std::string force = Variable(L"CLICOLOR_FORCE");
  const bool forced = !force.empty() && force != "0";
  if (!forced &&
      (!Variable(L"NO_COLOR").empty() || Variable(L"TERM") == "dumb")) {
    return false;
  }
  const HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
  DWORD mode;
  if (!GetConsoleMode(output, &mode)) return forced;
  return SetConsoleMode(output, mode | ENABLE_PROCESSED_OUTPUT |
                                    ENABLE_VIRTUAL_TERMINAL_PROCESSING) ||
         forced;
}

void CatchInterrupt() {
  // Whoever started this process may have turned Ctrl-C off for it.
  SetConsoleCtrlHandler(nullptr, FALSE);
  SetConsoleCtrlHandler(OnControl, TRUE);
}

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }

}  // namespace relib::platform
