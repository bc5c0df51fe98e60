#include "platform/linux/resources/resources.h"

#include <string.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace relib::platform {

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name)
                         : absl::StrCat("signal ", signal);
}

namespace {
std::atomic<bool> process_exits = false;
}  // namespace

bool ProcessExits() { return process_exits.load(); }

void WatchProcessExit() {
  // Handlers of exit() run in reverse order, so this one runs before the
  // destructors of libraries.
  static const bool watched = [] {
    std::atexit([] { process_exits.store(true); });
    return true;
  }();
  static_cast<void>(watched);
}

}  // namespace relib::platform
