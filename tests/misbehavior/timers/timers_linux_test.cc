#include <signal.h>
#include <sys/time.h>

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::ElementsAre;

bool IsIntervalTimerArmed() {
  itimerval value;
  EXPECT_EQ(getitimer(ITIMER_REAL, &value), 0);
  return value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0;
}

TEST(TimersTest, ThatCallBack) {
  if (kThreadSanitizer) {
    GTEST_SKIP() << "it crashes on threads that the C library starts by itself";
  }
  for (int i = 0; i < 100; ++i) {
    EntryModule module = LoadEntry("timers/callback_linux");
    while (RunEntry(module) < 2) std::this_thread::yield();
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "timer");
  }
}

TEST(TimersTest, ThatSendSignals) {
  // It would end the program if it came after the unload.
  ASSERT_EQ(signal(SIGUSR1, SIG_DFL), SIG_DFL);
  for (int i = 0; i < 100; ++i) {
    EntryModule module = LoadEntry("timers/signal_linux");
    ASSERT_EQ(RunEntry(module), 0);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_NE(report.Find("timer"), nullptr) << report.ToString();
    ASSERT_NE(report.Find("signal handler"), nullptr) << report.ToString();
  }
}

TEST(TimersTest, ThatOnlyAProcessHas) {
  EntryModule module = LoadEntry("timers/setitimer_linux");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_THAT(report.left[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatAlarmHasSet) {
  EntryModule module = LoadEntry("timers/alarm_linux");
  EXPECT_EQ(RunEntry(module), 60);
  EXPECT_EQ(UnloadEntry(module).left.size(), 1);
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatUalarmHasSet) {
  // Before the unload it may come, on a machine that is busy.
  signal(SIGALRM, SIG_IGN);
  EntryModule module = LoadEntry("timers/ualarm_linux");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_THAT(report.left[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
  signal(SIGALRM, SIG_DFL);
}

TEST(TimersTest, ThatAreDeletedAreNotReported) {
  EntryModule module = LoadEntry("timers/deleted_linux");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
