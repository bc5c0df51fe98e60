#include <windows.h>

#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "examples/terminal/terminal.h"
#include "platform/windows/system/utf.h"

namespace relib::platform {
namespace {

std::atomic<bool> interrupted = false;

// Returns the value of an environment variable, or "" if it is not set. Asks
// the system, because the C library's copy of the environment doesn't reflect
// SetEnvironmentVariable().
std::string Variable(const wchar_t* name) {
  wchar_t value[64];
  const DWORD length = GetEnvironmentVariableW(name, value, std::size(value));
  if (length >= std::size(value)) return "long";
  return ToUtf8(std::wstring_view(value, length));
}

// Handles Ctrl-C. The system calls it on a new thread.
BOOL WINAPI OnControl(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
  if (interrupted.exchange(true, std::memory_order_relaxed)) {
    // The default handler isn't used, because it runs the detach code of every
    // library on this thread, and exits with success under Wine.
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
  // The parent process may have disabled Ctrl-C for this process.
  SetConsoleCtrlHandler(nullptr, FALSE);
  SetConsoleCtrlHandler(OnControl, TRUE);
}

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }

std::optional<TerminalSize> SizeOfTerminal() {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info)) {
    return std::nullopt;
  }
  return TerminalSize{.columns = info.srWindow.Right - info.srWindow.Left + 1,
                      .rows = info.srWindow.Bottom - info.srWindow.Top + 1};
}

struct KeyInput::Saved {
  DWORD mode;
};

KeyInput::KeyInput() {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  DWORD mode;
  if (!GetConsoleMode(input, &mode)) return;
  saved_ = std::make_unique<Saved>(Saved{.mode = mode});
  SetConsoleMode(input, mode & ~DWORD{ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT});
}

KeyInput::~KeyInput() {
  if (saved_ != nullptr) {
    SetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), saved_->mode);
  }
}

std::string KeyInput::Read() {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  std::string keys;
  if (saved_ == nullptr) {
    // Input from anything but a file or a pipe, such as NUL, is empty.
    const bool is_file = GetFileType(input) == FILE_TYPE_DISK;
    DWORD size = 0;
    while (is_file ||
           (PeekNamedPipe(input, nullptr, 0, nullptr, &size, nullptr) &&
            size > 0)) {
      char buffer[64];
      if (!ReadFile(input, buffer, sizeof(buffer), &size, nullptr) ||
          size == 0) {
        break;
      }
      keys.append(buffer, size);
    }
    return keys;
  }
  DWORD count = 0;
  while (GetNumberOfConsoleInputEvents(input, &count) && count > 0) {
    INPUT_RECORD record;
    if (!ReadConsoleInputW(input, &record, 1, &count)) break;
    const KEY_EVENT_RECORD& key = record.Event.KeyEvent;
    if (record.EventType == KEY_EVENT && key.bKeyDown &&
        key.uChar.UnicodeChar != 0) {
      keys += ToUtf8(std::wstring_view(&key.uChar.UnicodeChar, 1));
    }
  }
  return keys;
}

}  // namespace relib::platform
