#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/target.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A thread that was joined is gone as far as anybody can tell, so nobody may be
// told otherwise.
TEST(ThreadsTest, OnesThatWereJoinedNeverRefuse) {
  // Under Wine it takes a hundred times as long.
  const bool is_linux = platform::kTargetSystem == platform::System::kLinux;
  for (int i = 0; i < (is_linux ? 10'000 : 300); ++i) {
    EntryModule module = LoadEntry("threads/joined");
    ASSERT_EQ(RunEntry(module), 0);
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << i << ": " << report.status();
    ASSERT_THAT(report->left, ::testing::IsEmpty());
  }
}

TEST(ThreadsTest, ADetachedOneIsRefusedAndThenWaitedFor) {
  EntryModule module = LoadEntry("threads/detached");
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

INSTANTIATE_TEST_SUITE_P(
    Each, StayingThreadsTest,
    ::testing::Values("threads/waiting", "threads/in_destructor",
                      "threads/from_thread", "threads/async",
                      "threads/from_constructor"),
    [](const auto& info) { return std::string(info.param + 8); });

TEST_P(StayingThreadsTest, RefuseUntilTheyEnd) {
  EntryModule module = LoadEntry(GetParam());
  EXPECT_EQ(RunEntry(module, "start"), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status =
        module.Unload({.deadline = absl::Milliseconds(20)}).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning)
        << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(std::string(GetParam() + 8)),
                      HasSubstr("threads that it started are running ("),
                      HasSubstr("#0 ")));
    EXPECT_EQ(RunEntry(module), 0);
  }
  EXPECT_EQ(RunEntry(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(60)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->left, ::testing::IsEmpty()) << report->ToString();
}

}  // namespace
}  // namespace relib::misbehavior
