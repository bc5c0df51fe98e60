#include "platform/tests/subprocess_test_system.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/subprocess.h"

extern char** environ;

namespace relib::platform::test {

InheritableHandle::InheritableHandle()
    : handle_(fcntl(open("/dev/zero", O_RDONLY | O_CLOEXEC), F_DUPFD, 100)) {}
InheritableHandle::~InheritableHandle() { close(static_cast<int>(handle_)); }
std::string InheritableHandle::text() const { return absl::StrCat(handle_); }

// Any number above the standard ones counts, so that the pipes of relib itself
// are found too. A sanitizer or the C library may have opened one since.
bool IsInherited(const std::string& text) {
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target =
        std::filesystem::read_symlink(entry.path(), error).string();
    const int fd = std::atoi(entry.path().filename().c_str());
    if (fd > 2 && (target.starts_with("pipe:") || target == "/dev/zero")) {
      return true;
    }
  }
  struct stat info;
  return fstat(std::atoi(text.c_str()), &info) == 0;
}

int OpenHandles() {
  return static_cast<int>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                    std::filesystem::directory_iterator()) +
      std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                    std::filesystem::directory_iterator()));
}

ReapingHost::ReapingHost() { signal(SIGCHLD, SIG_IGN); }
ReapingHost::~ReapingHost() { signal(SIGCHLD, SIG_DFL); }

void StartChild(const std::string& program, const std::string& arguments) {
  const std::string command =
      absl::StrCat("exec \"", program, "\" child ", arguments);
  const char* argv[] = {"sh", "-c", command.c_str(), nullptr};
  pid_t pid;
  posix_spawn(&pid, "/bin/sh", nullptr, nullptr, const_cast<char**>(argv),
              environ);
}

bool RunsUnixCommands() { return true; }

absl::StatusOr<std::unique_ptr<Subprocess>> StartUnixCommand(
    const std::string& command, const std::string& working_directory) {
  return Subprocess::Start(command, working_directory);
}

}  // namespace relib::platform::test
