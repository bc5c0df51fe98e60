// Tests that a before_unload for which Unload() has stopped waiting is not
// forgotten, whatever happens to the module meanwhile.

#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/process/journal.h"
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
  absl::StatusOr<JournalModule> module_ = Load<journal::Exports>(
      absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                   std::getenv("TEST_WORKSPACE"), "/tests/process/",
                   platform::kLibraryPrefix, "journal",
                   platform::kLibrarySuffix),
      {.crash_guard = true});
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
  ASSERT_TRUE(module_->exports().set_before_unload(400, false).ok());
  absl::Status status =
      module_->Unload({.deadline = absl::Milliseconds(10)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  EXPECT_EQ(CallErrorOf(module_->exports().crash()), CallError::kCrashed);
  status = module_->Unload({.deadline = absl::Milliseconds(1)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  status = module_->Unload({.deadline = absl::Seconds(60)}).status();
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(BeforeUnloadGuardedTest, TheDeadlineIsKept) {
  ASSERT_TRUE(module_->exports().set_before_unload(3000, false).ok());
  const platform::Stopwatch watch;
  const absl::Status status =
      module_->Unload({.deadline = absl::Milliseconds(10)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
  EXPECT_LT(watch.elapsed(), absl::Seconds(2));
  EXPECT_TRUE(module_->Unload({.deadline = absl::Seconds(60)}).ok());
}

}  // namespace
}  // namespace relib
