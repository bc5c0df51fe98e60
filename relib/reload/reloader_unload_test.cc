// Tests of Reloader: unloading old versions, and Stop().

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"
#include "relib/reload/testdata/versioned.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using Kind = ReloadEvent::Kind;

TEST_F(ReloaderTest, AnOldVersionThatRefusesToUnloadIsTriedAgain) {
  StartWith("busy");
  Stage("version_2");
  Save();
  const ReloadEvent delayed = Await(Kind::kUnloadDelayed);
  EXPECT_EQ(delayed.version, 1);
  EXPECT_EQ(UnloadErrorOf(delayed.status), UnloadError::kThreadsStillRunning);
  // The new version runs meanwhile, and can be replaced itself.
  EXPECT_EQ(Number(), 2);
  Stage("version_3");
  Save();
  EXPECT_EQ(Await(Kind::kUnloaded).version, 2);
  EXPECT_EQ(Number(), 3);
  // The same reason isn't reported again and again.
  EXPECT_THAT(
      Kinds(events_),
      ElementsAre(Kind::kBuildStarted, Kind::kReloaded, Kind::kUnloadDelayed,
                  Kind::kBuildStarted, Kind::kReloaded, Kind::kUnloaded));
  keep_running_ = false;
  EXPECT_EQ(Await(Kind::kUnloaded, 2).version, 1);
}

TEST_F(ReloaderTest, ReloadsWhileTheOldVersionIsOnTheStack) {
  StartWith("version_1");
  called_ = [this] {
    Stage("version_2");
    Save();
    const ReloadEvent delayed = Await(Kind::kUnloadDelayed);
    EXPECT_EQ(UnloadErrorOf(delayed.status), UnloadError::kCallsInFlight);
    EXPECT_EQ(Number(), 2);
  };
  EXPECT_TRUE(reloader_->exports().call_back().ok());
  EXPECT_EQ(Await(Kind::kUnloaded).version, 1);
}

TEST_F(ReloaderTest, APinnedVersionRunsUntilThePinIsReleased) {
  StartWith("version_1");
  {
    const absl::StatusOr<Pinned<VersionedExports>> pinned =
        reloader_->module()->Pin();
    ASSERT_TRUE(pinned.ok()) << pinned.status();
    Stage("version_2");
    Save();
    const ReloadEvent delayed = Await(Kind::kUnloadDelayed);
    EXPECT_EQ(UnloadErrorOf(delayed.status), UnloadError::kCallsInFlight);
    EXPECT_EQ(Number(), 2);
    EXPECT_EQ(*pinned->exports().number(), 1);
    EXPECT_EQ(*pinned->CallMain<int>(), 101);
  }
  EXPECT_EQ(Await(Kind::kUnloaded).version, 1);
}

TEST_F(ReloaderTest, StopUnloadsEverything) {
  StartWith("busy");
  Stage("version_2");
  Save();
  Await(Kind::kUnloadDelayed);
  events_.clear();

  const absl::Status refused =
      reloader_->Stop({.deadline = absl::Milliseconds(1)});
  EXPECT_EQ(UnloadErrorOf(refused), UnloadError::kThreadsStillRunning);
  ASSERT_THAT(Kinds(events_), ElementsAre(Kind::kUnloaded));
  EXPECT_EQ(events_[0].version, 2);
  EXPECT_EQ(reloader_->version(), 0);
  EXPECT_FALSE(reloader_->exports().number().ok());

  keep_running_ = false;
  EXPECT_TRUE(reloader_->Stop({.deadline = kPatience}).ok());
  EXPECT_EQ(Kinds(events_).back(), Kind::kUnloaded);
  EXPECT_FALSE(reloader_->Poll());
  EXPECT_FALSE(reloader_->Start().ok());
}

}  // namespace
}  // namespace relib
