// Tests of Subprocess: children of this process, and a process that can't have
// more threads.

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"
#include "tests/support/without_threads_linux.h"

namespace relib::platform {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

// Runs `function` in a child, which exits with its result. Returns the status
// of the child, or -1 if it hangs.
template <typename Function>
int RunInChild(Function function) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(function());
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(SubprocessLinuxTest, AChildLeavesTheCommandAlone) {
  absl::StatusOr<std::unique_ptr<Subprocess>> command =
      Subprocess::Start("sleep 0.3; echo done", "");
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(RunInChild([&] {
              (*command)->Kill();
              const std::optional<ExitStatus> status =
                  (*command)->Wait(absl::InfiniteDuration());
              command->reset();
              return status.has_value() ? status->code : 1;
            }),
            137);
  const std::optional<ExitStatus> status = (*command)->Wait(kPatience);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code, 0);
  EXPECT_EQ((*command)->output(), "done\n");
}

TEST(SubprocessLinuxTest, WithoutAThreadThereIsNoCommand) {
  EXPECT_EQ(RunInChild([] {
              const WithoutThreads without_threads;
              const absl::Status status =
                  Subprocess::Start("sleep 1000", "").status();
              if (!absl::IsResourceExhausted(status)) {
                std::fprintf(stderr, "%s\n", status.ToString().c_str());
                return 1;
              }
              // No signal stays blocked, and no process is left.
              sigset_t blocked;
              pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
              if (!sigisemptyset(&blocked)) return 2;
              return waitpid(-1, nullptr, WNOHANG) == -1 ? 0 : 3;
            }),
            0);
}

}  // namespace
}  // namespace relib::platform
