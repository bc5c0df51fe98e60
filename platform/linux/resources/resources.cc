#include "platform/linux/resources/resources.h"

#include <string.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "platform/host/process_exit.h"
#include "platform/linux/host/begin_process_exit.h"

namespace relib::platform {

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name)
                         : absl::StrCat("signal ", signal);
}

bool ProcessExits() { return ModulesExit(); }

void WatchProcessExit() {
  // Handlers of exit() run in reverse order, so this one runs before the
  // destructors of libraries, and before those of the program's objects that
  // are older than the first module.
  static const bool watched = [] {
    std::atexit(BeginProcessExit);
    return true;
  }();
  static_cast<void>(watched);
}

}  // namespace relib::platform
