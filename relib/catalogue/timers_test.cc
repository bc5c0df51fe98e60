#include <signal.h>
#include <sys/time.h>

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
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
    EntryModule module = LoadEntry("timers_callback");
    while (RunEntry(module) < 2) std::this_thread::yield();
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "timer");
  }
}

TEST(TimersTest, ThatSendSignals) {
  // It would end the program if it came after the unload.
  ASSERT_EQ(signal(SIGUSR1, SIG_DFL), SIG_DFL);
  for (int i = 0; i < 100; ++i) {
    EntryModule module = LoadEntry("timers_signal");
    ASSERT_EQ(RunEntry(module), 0);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_NE(report.Find("timer"), nullptr) << report.ToString();
    ASSERT_NE(report.Find("signal handler"), nullptr) << report.ToString();
  }
}

TEST(TimersTest, ThatOnlyAProcessHas) {
  EntryModule module = LoadEntry("timers_interval");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatAlarmHasSet) {
  EntryModule module = LoadEntry("timers_alarm");
  EXPECT_EQ(RunEntry(module), 60);
  EXPECT_EQ(UnloadEntry(module).leftovers.size(), 1);
  EXPECT_FALSE(IsIntervalTimerArmed());
}

TEST(TimersTest, ThatUalarmHasSet) {
  // Before the unload it may come, on a machine that is busy.
  signal(SIGALRM, SIG_IGN);
  EntryModule module = LoadEntry("timers_ualarm");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_TRUE(IsIntervalTimerArmed());
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("ITIMER_REAL"));
  EXPECT_FALSE(IsIntervalTimerArmed());
  signal(SIGALRM, SIG_DFL);
}

TEST(TimersTest, ThatAreDeletedAreNotReported) {
  EntryModule module = LoadEntry("timers_deleted");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::catalogue
