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

TEST(Threads, ThatEndWithTheLibraryLeaveItToTheHost) {
  for (int i = 0; i < 50; ++i) {
    EntryModule module = LoadEntry("threads_windows_frees_and_exits");
    EXPECT_EQ(RunEntry(module), 0);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
  }
}

TEST(Threads, StayFlat) {
  const auto cycle = [] {
    EntryModule module = LoadEntry("threads_windows_frees_and_exits");
    RunEntry(module);
    EXPECT_TRUE(module.Unload({.deadline = absl::Seconds(30)}).ok());
  };
  for (int i = 0; i < 5; ++i) cycle();
  const int before = CountHandles();
  for (int i = 0; i < 30; ++i) cycle();
  EXPECT_EQ(CountHandles(), before);
}

TEST(Threads, OfTheRuntimesFunctionsRefuseUntilTheyEnd) {
  EntryModule module = LoadEntry("threads_windows_of_runtime");
  EXPECT_EQ(RunEntry(module, "start"), 0);
  const absl::Status status =
      module.Unload({.deadline = absl::Milliseconds(20)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning) << status;
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("threads that it started are running ("));
  EXPECT_EQ(RunEntry(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
}

}  // namespace
}  // namespace relib::catalogue
