#include "platform/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

namespace relib::platform {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "used by a handler");

void SetHandler(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  // System calls of the rest of the program go on.
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

}  // namespace relib::platform
