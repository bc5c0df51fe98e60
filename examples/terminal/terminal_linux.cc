#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "examples/terminal/terminal.h"

namespace relib::platform {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "used by a handler");

void SetHandler(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  // Restarts interrupted system calls of the rest of the program.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void OnInterrupt(int) {
  interrupted.store(true, std::memory_order_relaxed);
  SetHandler(SIG_DFL);
}

}  // namespace

bool TerminalHasColor() {
  const char* force = getenv("CLICOLOR_FORCE");
  if (force != nullptr && *force != '\0' && std::string_view(force) != "0") {
    return true;
  }
  const char* none = getenv("NO_COLOR");
  if (none != nullptr && *none != '\0') return false;
  const char* term = getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(STDOUT_FILENO) != 0;
}

void CatchInterrupt() { SetHandler(OnInterrupt); }

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }

std::optional<TerminalSize> SizeOfTerminal() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
      size.ws_row == 0) {
    return std::nullopt;
  }
  return TerminalSize{.columns = size.ws_col, .rows = size.ws_row};
}

struct KeyInput::Saved {
  termios mode;
};

KeyInput::KeyInput() {
  termios mode;
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
  saved_ = std::make_unique<Saved>(Saved{.mode = mode});
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

KeyInput::~KeyInput() {
  if (saved_ != nullptr) tcsetattr(STDIN_FILENO, TCSANOW, &saved_->mode);
}

std::string KeyInput::Read() {
  std::string keys;
  while (true) {
    pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    char buffer[64];
    if (poll(&input, 1, 0) <= 0 || (input.revents & POLLIN) == 0) return keys;
    const ssize_t size = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (size <= 0) return keys;
    keys.append(buffer, size);
  }
}

}  // namespace relib::platform
