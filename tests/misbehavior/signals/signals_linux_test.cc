#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::atomic<int> host_calls = 0;

void HostHandler(int /*signal*/) { ++host_calls; }
void OtherHostHandler(int /*signal*/) { host_calls += 100; }

struct sigaction Current(int signal) {
  struct sigaction action;
  EXPECT_EQ(sigaction(signal, nullptr, &action), 0);
  return action;
}

class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() {
    host_calls = 0;
    signal(SIGUSR1, HostHandler);
  }
  ~SignalsTest() override {
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGWINCH, SIG_DFL);
  }
};

TEST_F(SignalsTest, TheHandlerFromBeforeComesBack) {
  TestModule module = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  raise(SIGUSR1);
  EXPECT_EQ(host_calls, 0);
  EXPECT_EQ(RunTestModule(module), 1);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "signal handler");
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("SIGUSR1"));
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &HostHandler);
  raise(SIGUSR1);
  EXPECT_EQ(host_calls, 1);
}

TEST_F(SignalsTest, SoDoesTheDefaultActionOfAFunction) {
  TestModule module = LoadTestModule("signals/signal_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(Current(SIGPIPE).sa_handler, SIG_IGN);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 2) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "signal handler");
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("SIGUSR2"));
  EXPECT_EQ(Current(SIGUSR2).sa_handler, SIG_DFL);
  // This refers to no code, so it stays.
  EXPECT_EQ(report.leftovers[1].kind, "process state");
  EXPECT_THAT(report.leftovers[1].items,
              ElementsAre("SIGPIPE: ignored, was the default action"));
  EXPECT_EQ(Current(SIGPIPE).sa_handler, SIG_IGN);
}

TEST_F(SignalsTest, ThoseOfOldFunctionsGoAsWell) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  TestModule module = LoadTestModule("signals/x_open_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(Current(SIGPIPE).sa_handler, SIG_IGN);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("signal handler"), nullptr) << report.ToString();
  EXPECT_THAT(report.Find("signal handler")->items,
              ElementsAre("SIGUSR2", "SIGWINCH"));
  EXPECT_EQ(Current(SIGUSR2).sa_handler, SIG_DFL);
  EXPECT_EQ(Current(SIGPIPE).sa_handler, SIG_IGN);
  EXPECT_EQ(Current(SIGWINCH).sa_handler, SIG_DFL);
  ASSERT_NE(report.Find("process state"), nullptr) << report.ToString();
  EXPECT_THAT(report.Find("process state")->items,
              ElementsAre("SIGPIPE: ignored, was the default action",
                          HasSubstr(": SIGHUP")));
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

TEST_F(SignalsTest, ThoseOfOldSystemsDoAsTheyDidAndGo) {
  TestModule module = LoadTestModule("signals/sysv_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(Current(SIGUSR2).sa_flags & SA_RESETHAND, SA_RESETHAND);
  EXPECT_EQ(Current(SIGWINCH).sa_flags & SA_RESTART, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "signal handler");
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("SIGUSR2", "SIGWINCH"));
  EXPECT_EQ(Current(SIGUSR2).sa_handler, SIG_DFL);
  EXPECT_EQ(Current(SIGWINCH).sa_handler, SIG_DFL);
}

TEST_F(SignalsTest, OneThatIsPutBackIsntReported) {
  TestModule module = LoadTestModule("signals/restored_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &HostHandler);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST_F(SignalsTest, TheProgramMayReplaceIt) {
  TestModule module = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  signal(SIGUSR1, OtherHostHandler);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  raise(SIGUSR1);
  EXPECT_EQ(host_calls, 100);
}

// The program has saved the handler of the module, and calls it after the
// unload.
TEST_F(SignalsTest, TheProgramMayCallOnIt) {
  TestModule module = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  struct sigaction own = {};
  struct sigaction kept;
  own.sa_handler = OtherHostHandler;
  ASSERT_EQ(sigaction(SIGUSR1, &own, &kept), 0);
  siginfo_t info = {};
  kept.sa_sigaction(SIGUSR1, &info, nullptr);
  EXPECT_EQ(RunTestModule(module), 1);
  UnloadTestModule(module);
  kept.sa_sigaction(SIGUSR1, &info, nullptr);
  EXPECT_EQ(host_calls, 1);
}

class TwoModules : public SignalsTest,
                   public ::testing::WithParamInterface<bool> {};

TEST_P(TwoModules, InWhicheverOrderTheyGo) {
  TestModule first =
      LoadTestModule("signals/sigaction_linux", {.private_copy = true});
  TestModule second =
      LoadTestModule("signals/sigaction_linux", {.private_copy = true});
  EXPECT_EQ(RunTestModule(first), 0);
  EXPECT_EQ(RunTestModule(second), 0);
  raise(SIGUSR1);
  TestModule& goes = GetParam() ? first : second;
  TestModule& stays = GetParam() ? second : first;
  UnloadTestModule(goes);
  raise(SIGUSR1);
  EXPECT_EQ(host_calls, 0);
  EXPECT_EQ(RunTestModule(stays), GetParam() ? 2 : 1);
  UnloadTestModule(stays);
  raise(SIGUSR1);
  EXPECT_EQ(host_calls, 1);
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &HostHandler);
}
INSTANTIATE_TEST_SUITE_P(Signals, TwoModules, ::testing::Bool());

TEST_F(SignalsTest, AHandlerThatRunsRefusesTheUnload) {
  TestModule module = LoadTestModule("signals/slow_linux");
  EXPECT_EQ(RunTestModule(module, "set"), 0);
  std::thread thread([] { raise(SIGUSR1); });
  while (RunTestModule(module, "runs") == 0) std::this_thread::yield();
  const absl::Status status =
      module.Unload({.deadline = absl::ZeroDuration()}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallbacksInUse) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("its handler of SIGUSR1 runs"));
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  EXPECT_TRUE(report.ok()) << report.status();
  thread.join();
}

TEST_F(SignalsTest, AHandlerMayResetItself) {
  TestModule module = LoadTestModule("signals/reset_by_handler_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(Current(SIGUSR1).sa_handler, SIG_DFL);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre("SIGUSR1: the default action, was handled"));
  EXPECT_EQ(Current(SIGUSR1).sa_handler, SIG_DFL);
}

// The program has set its second handler while the module was loaded.
TEST_F(SignalsTest, TheProgramsNewestHandlerComesBack) {
  TestModule module = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  signal(SIGUSR1, OtherHostHandler);
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(UnloadTestModule(module).leftovers.size(), 1);
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &OtherHostHandler);
}

TEST_F(SignalsTest, TheProgramsNewestHandlerStaysAfterAScope) {
  TestModule first = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(first), 0);
  signal(SIGUSR1, OtherHostHandler);
  TestModule second = LoadTestModule("signals/restored_linux");
  EXPECT_EQ(RunTestModule(second), 0);
  EXPECT_THAT(UnloadTestModule(second).leftovers, IsEmpty());
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &OtherHostHandler);
  EXPECT_THAT(UnloadTestModule(first).leftovers, IsEmpty());
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &OtherHostHandler);
}

// The program sets the function again that it had found, when the module is
// gone.
TEST_F(SignalsTest, ASavedHandlerDoesWhatTheOneBeforeDid) {
  signal(SIGUSR1, SIG_DFL);
  TestModule module = LoadTestModule("signals/sigaction_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  struct sigaction own = {};
  struct sigaction saved;
  own.sa_handler = HostHandler;
  ASSERT_EQ(sigaction(SIGUSR1, &own, &saved), 0);
  UnloadTestModule(module);
  ASSERT_EQ(sigaction(SIGUSR1, &saved, nullptr), 0);
  const pid_t child = fork();
  if (child == 0) {
    raise(SIGUSR1);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1) << status;
}

TEST_F(SignalsTest, HandlersDoNotRunDuringStaticDestructors) {
  std::atomic<bool> done = false;
  std::thread thread([&] {
    while (!done) raise(SIGUSR1);
  });
  for (int i = 0; i < 10; ++i) {
    TestModule module = LoadTestModule("signals/static_object_linux");
    ASSERT_EQ(RunTestModule(module), 0);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
  }
  done = true;
  thread.join();
}

// SIGIO would end the program once the handler is gone.
TEST_F(SignalsTest, ADescriptorSendsNoSignalsAfterItsHandler) {
  ASSERT_EQ(signal(SIGIO, SIG_DFL), SIG_DFL);
  for (int i = 0; i < 50; ++i) {
    TestModule module = LoadTestModule("signals/async_descriptor_linux");
    const auto end = static_cast<int>(RunTestModule(module));
    ASSERT_GE(end, 0);
    std::atomic<bool> done = false;
    std::thread thread([&] {
      sigset_t broken_pipe;
      sigemptyset(&broken_pipe);
      sigaddset(&broken_pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
      while (!done) static_cast<void>(!write(end, "x", 1));
    });
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    done = true;
    thread.join();
    close(end);
    ASSERT_TRUE(report.ok()) << report.status();
  }
}

TEST_F(SignalsTest, SignalsArriveAllTheTime) {
  std::atomic<bool> done = false;
  const pthread_t main_thread = pthread_self();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, to_main = i == 0] {
      while (!done) {
        if (to_main) {
          pthread_kill(main_thread, SIGUSR1);
        } else {
          raise(SIGUSR1);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    TestModule module = LoadTestModule("signals/sigaction_linux");
    RunTestModule(module);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(host_calls, 0);
  EXPECT_EQ(Current(SIGUSR1).sa_handler, &HostHandler);
}

}  // namespace
}  // namespace relib::misbehavior
