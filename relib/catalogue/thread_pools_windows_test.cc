#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(ThreadPools, CallbacksThatAreLeftEnd) {
  int before = 0;
  for (int i = 0; i < 60; ++i) {
    EntryModule module = LoadEntry("thread_pools_windows_left");
    while (RunEntry(module) < 20) Sleep(1);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
    ASSERT_NE(report->Find("timer"), nullptr) << report->ToString();
    EXPECT_THAT(
        report->Find("timer")->items,
        UnorderedElementsAre("CreateThreadpoolTimer", "CreateTimerQueueTimer"));
    ASSERT_NE(report->Find("thread pool callback"), nullptr);
    EXPECT_THAT(
        report->Find("thread pool callback")->items,
        UnorderedElementsAre("CreateThreadpoolWork", "CreateThreadpoolWait",
                             "RegisterWaitForSingleObject"));
    if (i == 30) before = CountHandles();
  }
  // The pools of the process have threads of their own, which come and go.
  EXPECT_LE(CountHandles(), before + 8);
}

TEST(ThreadPools, ACallbackThatRunsIsWaitedFor) {
  EntryModule module = LoadEntry("thread_pools_windows_slow");
  EXPECT_EQ(RunEntry(module, "500"), 0);
  while (RunEntry(module, "running") == 0) Sleep(1);
  const absl::Status status =
      module.Unload({.deadline = absl::ZeroDuration()}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallbacksInUse) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("a callback of a thread pool runs on thread"));
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  EXPECT_TRUE(report.ok()) << report.status();
}

TEST(ThreadPools, AQueueThatIsLeftEnds) {
  for (int i = 0; i < 20; ++i) {
    EntryModule module = LoadEntry("thread_pools_windows_queue");
    while (RunEntry(module) < 3) Sleep(1);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
    ASSERT_EQ(report->leftovers.size(), 1) << report->ToString();
    EXPECT_EQ(report->leftovers[0].kind, "timer");
    EXPECT_THAT(
        report->leftovers[0].items,
        UnorderedElementsAre("CreateTimerQueue", "CreateTimerQueueTimer"));
  }
}

TEST(ThreadPools, WhatIsClosedIsNotReported) {
  EntryModule module = LoadEntry("thread_pools_windows_closed");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.leftovers, ::testing::IsEmpty()) << report.ToString();
}

}  // namespace
}  // namespace relib::catalogue
