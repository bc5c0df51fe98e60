#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(ThreadPools, CallbacksThatAreLeftEnd) {
  int before = 0;
  for (int i = 0; i < 60; ++i) {
    TestModule module = LoadTestModule("thread_pools/leaked_windows");
    while (RunTestModule(module) < 20) Sleep(1);
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
  // The thread pools of the process start and end threads of their own.
  EXPECT_LE(CountHandles(), before + 8);
}

TEST(ThreadPools, ACallbackThatRunsIsWaitedFor) {
  TestModule module = LoadTestModule("thread_pools/slow_windows");
  EXPECT_EQ(RunTestModule(module, "500"), 0);
  while (RunTestModule(module, "running") == 0) Sleep(1);
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
    TestModule module = LoadTestModule("thread_pools/timer_queue_windows");
    while (RunTestModule(module) < 3) Sleep(1);
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
  TestModule module = LoadTestModule("thread_pools/closed_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, ::testing::IsEmpty()) << report.ToString();
}

}  // namespace
}  // namespace relib::misbehavior
