#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnloadOptions kPatient = {.deadline = absl::Seconds(60)};
constexpr UnloadOptions kImpatient = {.deadline = absl::Milliseconds(20)};

// The values of the integer by which the host and a thread of the module
// communicate.
enum State : int { kGoOn, kEnd, kEnded };

std::string AddressOf(const std::atomic<int>& state) {
  return absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(&state)));
}

struct Kind {
  std::string module;
  // The name of the thread.
  std::string name;
  // One of the functions on the stack of the thread.
  std::string function;

  friend void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.module;
  }
};

class LiveThreadsTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (kThreadSanitizer && GetParam().name == "c11") {
      GTEST_SKIP() << "ThreadSanitizer doesn't support thrd_create()";
    }
  }
};

INSTANTIATE_TEST_SUITE_P(
    Kinds, LiveThreadsTest,
    ::testing::Values(Kind{"threads/spinning_linux", "spinning", "Spin"},
                      Kind{"threads/pthread_exit_linux", "pthread_exit",
                           "EndByPthreadExit"},
                      Kind{"threads/c11_linux", "c11", "WaitInC11"}),
    [](const auto& info) { return info.param.name; });

TEST_P(LiveThreadsTest, RefuseAndAreNamed) {
  std::atomic<int> state = kGoOn;
  TestModule module = LoadTestModule(GetParam().module);
  const int64_t id = RunTestModule(module, AddressOf(state));
  EXPECT_GT(id, 0);
  EXPECT_NE(id, gettid());
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload(kImpatient).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning)
        << status;
    const std::string message(status.message());
    const std::string thread = absl::StrCat(id, " \"", GetParam().name, "\"");
    EXPECT_THAT(message,
                AllOf(HasSubstr(ModuleFileName(GetParam().module)),
                      HasSubstr(absl::StrCat("are running (", thread, ")"))));
    // ThreadSanitizer delays signals until the thread calls the C library.
    if (!kThreadSanitizer || GetParam().name != "spinning") {
      EXPECT_THAT(
          message,
          AllOf(HasSubstr(absl::StrCat("thread ", thread, ":\n    #0 ")),
                HasSubstr(GetParam().function)));
    }
    EXPECT_EQ(state, kGoOn);
    EXPECT_EQ(RunTestModule(module), 0);
  }
  state = kEnd;
  const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, IsEmpty()) << report->ToString();
  EXPECT_EQ(state, kEnded);
}

TEST_P(LiveThreadsTest, AreWaitedForUntilTheDeadline) {
  std::atomic<int> state = kGoOn;
  TestModule module = LoadTestModule(GetParam().module);
  RunTestModule(module, AddressOf(state));
  std::thread unloader([&] {
    const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
    EXPECT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(state, kEnded);
  });
  while (module.exports().run("").ok()) std::this_thread::yield();
  EXPECT_EQ(CallErrorOf(module.exports().run("").status()),
            CallError::kUnloading);
  EXPECT_EQ(state, kGoOn);
  state = kEnd;
  unloader.join();
  EXPECT_EQ(UnloadErrorOf(module.Unload().status()), UnloadError::kNotLoaded);
}

// Returns the number of signals of this user that wait in the kernel.
int QueuedSignals() {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    std::string_view value = line;
    if (absl::ConsumePrefix(&value, "SigQ:")) {
      return std::stoi(std::string(value));
    }
  }
  return -1;
}

// Such threads can't show their stacks.
TEST(ThreadsLinuxTest, OnesThatBlockSignalsDoNotMakeARefusalLate) {
  constexpr int kThreads = kThreadSanitizer ? 100 : 1000;
  TestModule module = LoadTestModule("threads/blocking_signals_linux");
  ASSERT_EQ(RunTestModule(module, absl::StrCat(kThreads)), kThreads);
  const int queued = QueuedSignals();
  for (int attempt = 0; attempt < 10; ++attempt) {
    const absl::Time begin = absl::Now();
    const absl::Status status =
        module.Unload({.deadline = absl::ZeroDuration()}).status();
    // A busy machine may take a while.
    EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning)
        << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat(kThreads - 20, " others")));
  }
  EXPECT_LE(QueuedSignals(), queued + 5);
  EXPECT_EQ(RunTestModule(module), kThreads);
  const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
  EXPECT_TRUE(report.ok()) << report.status();
}

TEST(ThreadsLinuxTest, OnesThatWereJoinedNeverRefuse) {
  if (kThreadSanitizer)
    GTEST_SKIP() << "ThreadSanitizer doesn't support thrd_join()";
  for (int cycle = 0; cycle < 20; ++cycle) {
    TestModule module = LoadTestModule("threads/joined_linux");
    EXPECT_EQ(RunTestModule(module), 10000 + 1000 + 1 + 100 - 10 + 7);
    ASSERT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  }
}

// To the C++ runtime, pthread_exit() is an exception.
TEST(ThreadsLinuxDeathTest, PthreadExitEndsAtTheBoundaryWithAMessage) {
  EXPECT_DEATH(
      {
        TestModule module = LoadTestModule("threads/ends_hosts_linux");
        std::thread([&module] {
          static_cast<void>(module.exports().run(""));
        }).join();
      },
      "pthread_exit.. or the cancellation of a thread reached the boundary");
}

// As docs/errors.md and docs/crash-guard.md say: with and without a crash
// guard, as in every C++ program.
TEST(ThreadsLinuxDeathTest, AnExceptionThatLeavesOneEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const bool crash_guard : {false, true}) {
    EXPECT_EXIT(
        {
          // Ends the process if it hangs.
          alarm(60);
          TestModule module = LoadTestModule("threads/throwing_linux",
                                             {.crash_guard = crash_guard});
          static_cast<void>(module.exports().run(""));
        },
        ::testing::KilledBySignal(SIGABRT),
        "std::range_error.*thrown on a thread");
  }
}

}  // namespace
}  // namespace relib::misbehavior
