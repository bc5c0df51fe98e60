#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "examples/terminal/terminal_test_system.h"

namespace relib::platform::test {

void SetVariable(const std::string& name, const std::string& value) {
  if (value.empty()) {
    unsetenv(name.c_str());
  } else {
    setenv(name.c_str(), value.c_str(), 1);
  }
}

std::optional<std::string> OutputOnTerminal(const std::string& program,
                                            const std::string& arguments) {
  const std::string command =
      absl::StrCat("exec \"", program, "\" ", arguments);
  int terminal;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid < 0) return std::nullopt;
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  std::string output;
  char buffer[256];
  // read() fails with EIO after the child has closed the terminal.
  while (true) {
    const ssize_t size = read(terminal, buffer, sizeof(buffer));
    if (size <= 0) break;
    output.append(buffer, size);
  }
  close(terminal);
  waitpid(pid, nullptr, 0);
  return output;
}

void InterruptThisProcess() { kill(getpid(), SIGINT); }

}  // namespace relib::platform::test
