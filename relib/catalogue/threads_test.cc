#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/target.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

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
    ASSERT_THAT(report->left, ::testing::IsEmpty());
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

}  // namespace
}  // namespace relib::catalogue
