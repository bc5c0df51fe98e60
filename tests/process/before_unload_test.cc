// Tests that a before_unload for which Unload() has stopped waiting is not
// forgotten, whatever happens to the module meanwhile.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "relib/host.h"
#include "tests/process/journal.h"
#include "tests/process/journal_file.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using JournalModule = Module<journal::Exports>;

class BeforeUnloadGuardedTest : public ::testing::Test {
 protected:
  BeforeUnloadGuardedTest() {
    EXPECT_TRUE(module_.ok()) << module_.status();
    EXPECT_TRUE(module_->exports().open(file_).ok());
  }

  const TestDirectory directory_;
  const std::string file_ = directory_ / "journal";
  absl::StatusOr<JournalModule> module_ =
      Load<journal::Exports>(JournalFile(), {.crash_guard = true});
};

TEST_F(BeforeUnloadGuardedTest, ACrashAfterTheDeadlineRefusesOnce) {
  ASSERT_TRUE(module_->exports().set_before_unload(200, true).ok());
  absl::Status status =
      module_->Unload({.deadline = absl::Milliseconds(10)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  // Waits until before_unload has crashed.
  status = module_->Unload({.deadline = absl::Seconds(60)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed) << status;
  EXPECT_TRUE(CrashOf(status).has_value()) << status;
  EXPECT_TRUE(module_->Unload().ok());
}

TEST_F(BeforeUnloadGuardedTest, ACrashElsewhereDoesNotEndTheWait) {
  ASSERT_TRUE(module_->exports().set_before_unload(3000, false).ok());
  const platform::Stopwatch watch;
  absl::Status status =
      module_->Unload({.deadline = absl::Milliseconds(10)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  EXPECT_LT(watch.elapsed(), absl::Seconds(2));
  EXPECT_EQ(CallErrorOf(module_->exports().crash()), CallError::kCrashed);
  status = module_->Unload({.deadline = absl::Milliseconds(1)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  status = module_->Unload({.deadline = absl::Seconds(60)}).status();
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace relib
