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

TEST(Threads, ThatEndWithTheLibraryLeaveItToTheHost) {
  for (int i = 0; i < 50; ++i) {
    TestModule module = LoadTestModule("threads/frees_and_exits_windows");
    EXPECT_EQ(RunTestModule(module), 0);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
  }
}

TEST(Threads, StayFlat) {
  const auto cycle = [] {
    TestModule module = LoadTestModule("threads/frees_and_exits_windows");
    RunTestModule(module);
    EXPECT_TRUE(module.Unload({.deadline = absl::Seconds(30)}).ok());
  };
  for (int i = 0; i < 5; ++i) cycle();
  const int before = CountHandles();
  for (int i = 0; i < 30; ++i) cycle();
  EXPECT_EQ(CountHandles(), before);
}

TEST(Threads, OfTheRuntimesFunctionsRefuseUntilTheyEnd) {
  TestModule module = LoadTestModule("threads/of_runtime_windows");
  EXPECT_EQ(RunTestModule(module, "start"), 0);
  const absl::Status status =
      module.Unload({.deadline = absl::Milliseconds(20)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning) << status;
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("threads that it started are running ("));
  EXPECT_EQ(RunTestModule(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
}

}  // namespace
}  // namespace relib::misbehavior
