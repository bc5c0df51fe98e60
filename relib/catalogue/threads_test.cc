#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A thread that was joined is gone as far as anybody can tell, so nobody may be
// told otherwise.
TEST(ThreadsTest, OnesThatWereJoinedNeverRefuse) {
  // Under Wine it takes a hundred times as long.
  const bool is_linux = platform::kTargetSystem == platform::System::kLinux;
  for (int i = 0; i < (is_linux ? 10'000 : 300); ++i) {
    EntryModule module = LoadEntry("threads_joined");
    ASSERT_EQ(RunEntry(module), 0);
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << i << ": " << report.status();
    ASSERT_THAT(report->leftovers, ::testing::IsEmpty());
  }
}

TEST(ThreadsTest, ADetachedOneIsRefusedAndThenWaitedFor) {
  EntryModule module = LoadEntry("threads_detached");
  EXPECT_EQ(RunEntry(module, "500"), 0);
  const absl::Time begin = absl::Now();
  const absl::Status status =
      module.Unload({.deadline = absl::Milliseconds(50)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("#0 "));
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(60)});
  EXPECT_TRUE(report.ok()) << report.status();
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(450));
}

// Each is started by "start" and ended by "end".
class StayingThreadsTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, StayingThreadsTest,
                         ::testing::Values("threads_waiting",
                                           "threads_in_destructor",
                                           "threads_of_thread", "threads_async",
                                           "threads_at_start"),
                         [](const auto& info) { return info.param; });

TEST_P(StayingThreadsTest, RefuseUntilTheyEnd) {
  EntryModule module = LoadEntry(GetParam());
  EXPECT_EQ(RunEntry(module, "start"), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status =
        module.Unload({.deadline = absl::Milliseconds(20)}).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning)
        << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(GetParam()),
                      HasSubstr("threads that it started are running ("),
                      HasSubstr("#0 ")));
    EXPECT_EQ(RunEntry(module), 0);
  }
  EXPECT_EQ(RunEntry(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(60)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
}

}  // namespace
}  // namespace relib::catalogue
