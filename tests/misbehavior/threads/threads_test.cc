#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A program can't tell a joined thread from one that never existed, so it must
// not refuse an unload.
TEST(ThreadsTest, OnesThatWereJoinedNeverRefuse) {
  // A round takes a hundred times as long under Wine.
  const bool is_linux = platform::kTargetSystem == platform::System::kLinux;
  for (int i = 0; i < (is_linux ? 10'000 : 300); ++i) {
    TestModule module = LoadTestModule("threads/joined");
    ASSERT_EQ(RunTestModule(module), 0);
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << i << ": " << report.status();
    ASSERT_THAT(report->leftovers, ::testing::IsEmpty());
  }
}

TEST(ThreadsTest, ADetachedOneIsRefusedAndThenWaitedFor) {
  TestModule module = LoadTestModule("threads/detached");
  EXPECT_EQ(RunTestModule(module, "500"), 0);
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

// Tests modules with a thread that "start" starts and "end" ends.
class StayingThreadsTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, StayingThreadsTest,
                         ::testing::Values("threads/waiting",
                                           "threads/in_destructor",
                                           "threads/from_thread",
                                           "threads/async",
                                           "threads/from_constructor"),
                         [](const auto& info) {
                           return absl::StrReplaceAll(info.param, {{"/", "_"}});
                         });

TEST_P(StayingThreadsTest, RefuseUntilTheyEnd) {
  TestModule module = LoadTestModule(GetParam());
  EXPECT_EQ(RunTestModule(module, "start"), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status =
        module.Unload({.deadline = absl::Milliseconds(20)}).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning)
        << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(ModuleFileName(GetParam())),
                      HasSubstr("threads that it started are running ("),
                      HasSubstr("#0 ")));
    EXPECT_EQ(RunTestModule(module), 0);
  }
  EXPECT_EQ(RunTestModule(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(60)});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, ::testing::IsEmpty()) << report->ToString();
}

}  // namespace
}  // namespace relib::misbehavior
