#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

using ::testing::ElementsAre;

int64_t SecondsLeft() {
  itimerval value;
  EXPECT_EQ(getitimer(ITIMER_REAL, &value), 0);
  return value.it_value.tv_sec;
}

bool IsIntervalTimerArmed() {
  itimerval value;
  EXPECT_EQ(getitimer(ITIMER_REAL, &value), 0);
  return value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0;
}

TEST(TimersTest, ThatCallBack) {
  if (kThreadSanitizer) {
    GTEST_SKIP()
        << "ThreadSanitizer crashes on threads that the C library starts";
  }
  for (int i = 0; i < 100; ++i) {
    TestModule module = LoadTestModule("timers/callback_linux");
    while (RunTestModule(module) < 2) std::this_thread::yield();
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "timer");
  }
}

TEST(TimersTest, ThatSendSignals) {
  // A signal after the unload would end the program.
  ASSERT_EQ(signal(SIGUSR1, SIG_DFL), SIG_DFL);
  for (int i = 0; i < 100; ++i) {
    TestModule module = LoadTestModule("timers/signal_linux");
    ASSERT_EQ(RunTestModule(module), 0);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_NE(report.Find("timer"), nullptr) << report.ToString();
    ASSERT_NE(report.Find("signal handler"), nullptr) << report.ToString();
  }
}

TEST(TimersTest, ThatOnlyAProcessHas) {
  TestModule module = LoadTestModule("timers/setitimer_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatAlarmHasSet) {
  TestModule module = LoadTestModule("timers/alarm_linux");
  EXPECT_EQ(RunTestModule(module), 60);
  EXPECT_EQ(UnloadTestModule(module).leftovers.size(), 1);
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatUalarmHasSet) {
  // On a busy machine, the alarm may be due before the unload.
  signal(SIGALRM, SIG_IGN);
  TestModule module = LoadTestModule("timers/ualarm_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
  signal(SIGALRM, SIG_DFL);
}

TEST(TimersTest, ThatTheProgramHasSetContinue) {
  // Two modules, in the order of a reload.
  alarm(1000);
  TestModule first =
      LoadTestModule("timers/alarm_linux", {.private_copy = true});
  TestModule second =
      LoadTestModule("timers/alarm_linux", {.private_copy = true});
  RunTestModule(first);
  RunTestModule(second);
  EXPECT_TRUE(UnloadTestModule(first).leftovers.empty());
  EXPECT_LE(SecondsLeft(), 90);
  EXPECT_EQ(UnloadTestModule(second).leftovers.size(), 1);
  EXPECT_GT(SecondsLeft(), 900);
  EXPECT_LE(SecondsLeft(), 1000);
  alarm(0);
}

TEST(TimersTest, ThatTheProgramSetsLaterStay) {
  TestModule module = LoadTestModule("timers/alarm_linux");
  RunTestModule(module);
  alarm(1000);
  EXPECT_TRUE(UnloadTestModule(module).leftovers.empty());
  EXPECT_GT(SecondsLeft(), 900);
  alarm(0);
}

// alarm() and ualarm() are async-signal-safe.
TEST(TimersTest, MaySetThemselvesAgain) {
  TestModule module = LoadTestModule("timers/alarm_in_handler_linux");
  EXPECT_GE(RunTestModule(module), 200);
  UnloadTestModule(module);
}

TEST(TimersTest, WhoseCallbackEndsItsThreadGo) {
  if (kThreadSanitizer) {
    GTEST_SKIP()
        << "ThreadSanitizer crashes on threads that the C library starts";
  }
  TestModule module = LoadTestModule("timers/ends_thread_linux");
  ASSERT_EQ(RunTestModule(module, "set"), 0);
  while (RunTestModule(module) == 0) std::this_thread::yield();
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_NE(report->Find("timer"), nullptr) << report->ToString();
}

TEST(TimersTest, DoNotCallBackDuringStaticDestructors) {
  if (kThreadSanitizer) {
    GTEST_SKIP()
        << "ThreadSanitizer crashes on threads that the C library starts";
  }
  for (int i = 0; i < 10; ++i) {
    TestModule module = LoadTestModule("timers/static_object_linux");
    ASSERT_EQ(RunTestModule(module), 0);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
  }
}

TEST(TimersTest, ThatAreDeletedAreNotReported) {
  TestModule module = LoadTestModule("timers/deleted_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
