#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/terminal_program.h"

namespace {

class ProgramOnPty final : public TerminalProgram {
 public:
  ProgramOnPty(pid_t child, int terminal)
      : child_(child), terminal_(terminal) {}
  ~ProgramOnPty() override {
    if (child_ != 0) {
      kill(-child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    close(terminal_);
  }

  bool Type(const std::string& keys) override {
    return write(terminal_, keys.data(), keys.size()) ==
           static_cast<ssize_t>(keys.size());
  }

  std::string Read(absl::Duration timeout) override {
    pollfd output = {.fd = terminal_, .events = POLLIN, .revents = 0};
    if (poll(&output, 1,
             static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) {
      return "";
    }
    char buffer[65536];
    const ssize_t size = read(terminal_, buffer, sizeof(buffer));
    // The error is EIO when the program has closed the terminal.
    return size <= 0 ? "" : std::string(buffer, size);
  }

  int Wait(absl::Duration timeout) override {
    const absl::Time deadline = absl::Now() + timeout;
    int status = 0;
    // Read meanwhile: a program that writes to a full terminal does not end.
    while (waitpid(child_, &status, WNOHANG) == 0) {
      if (absl::Now() > deadline) return -1;
      Read(absl::Milliseconds(10));
    }
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  // Zero after the program has ended.
  pid_t child_;
  const int terminal_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TerminalProgram>> TerminalProgram::Start(
    const std::string& command, const std::string& working_directory,
    const relib::platform::TerminalSize& size, const std::string& typed) {
  const winsize window = {.ws_row = static_cast<unsigned short>(size.rows),
                          .ws_col = static_cast<unsigned short>(size.columns),
                          .ws_xpixel = 0,
                          .ws_ypixel = 0};
  int terminal;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &window);
  if (child < 0) return absl::ErrnoToStatus(errno, "no pseudoterminal");
  if (child == 0) {
    const std::string line = "exec " + command;
    if (chdir(working_directory.c_str()) == 0) {
      execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    }
    _exit(127);
  }
  auto program = std::make_unique<ProgramOnPty>(child, terminal);
  program->Type(typed);
  return program;
}
