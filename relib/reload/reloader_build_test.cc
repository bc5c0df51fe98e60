// Tests of Reloader: building when sources change.

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Kind = ReloadEvent::Kind;

TEST_F(ReloaderTest, BuildsAndLoadsTheFirstVersion) {
  Stage("version_1");
  Create(BuildOptions());
  EXPECT_EQ(reloader_->version(), 0);
  EXPECT_EQ(reloader_->module(), nullptr);
  EXPECT_EQ(reloader_->exports().number().status().code(),
            absl::StatusCode::kFailedPrecondition);

  const absl::Status status = reloader_->Start(kPatience);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(reloader_->version(), 1);
  EXPECT_EQ(Number(), 1);
  EXPECT_EQ(*reloader_->module()->CallMain<int>(), 101);
  EXPECT_TRUE(reloader_->status().ok());
  ASSERT_THAT(Kinds(events_),
              ElementsAre(Kind::kBuildStarted, Kind::kReloaded));
  EXPECT_THAT(events_[0].changed, IsEmpty());
  EXPECT_EQ(events_[0].version, 0);
  EXPECT_EQ(events_[1].version, 1);
  EXPECT_THAT(events_[1].output, HasSubstr("a warning"));
}

TEST_F(ReloaderTest, SavedSourceIsBuiltLoadedAndTheOldVersionUnloaded) {
  StartWith("version_1");
  Stage("version_2");
  Save("a.cc");
  const ReloadEvent unloaded = Await(Kind::kUnloaded);
  EXPECT_EQ(Number(), 2);
  EXPECT_EQ(reloader_->version(), 2);
  ASSERT_THAT(Kinds(events_), ElementsAre(Kind::kBuildStarted, Kind::kReloaded,
                                          Kind::kUnloaded));
  const ReloadEvent& started = events_[0];
  EXPECT_THAT(started.changed, ElementsAre("src/a.cc"));
  EXPECT_EQ(started.version, 1);
  const ReloadEvent& reloaded = events_[1];
  EXPECT_EQ(reloaded.version, 2);
  EXPECT_THAT(reloaded.changed, ElementsAre("src/a.cc"));
  EXPECT_THAT(reloaded.output, HasSubstr("a warning"));
  EXPECT_TRUE(reloaded.status.ok());
  EXPECT_GT(reloaded.build_time, absl::ZeroDuration());
  EXPECT_GT(reloaded.load_time, absl::ZeroDuration());
  EXPECT_GE(reloaded.overhead, reloaded.load_time);
  EXPECT_GE(reloaded.since_change, reloaded.overhead + reloaded.build_time);
  EXPECT_EQ(unloaded.version, 1);
  ASSERT_TRUE(unloaded.unload.has_value());
  EXPECT_GT(unloaded.unload->elapsed, absl::ZeroDuration());
}

TEST_F(ReloaderTest, FailedBuildLeavesTheOldVersionRunning) {
  StartWith("version_1");
  const std::string errors(300'000, 'e');
  WriteFile(directory_ / "fail", errors);
  Save();
  const ReloadEvent failed = Await(Kind::kBuildFailed);
  EXPECT_EQ(failed.output, errors);
  EXPECT_THAT(failed.status.message(), HasSubstr("exit code 1"));
  EXPECT_EQ(failed.version, 1);
  EXPECT_EQ(reloader_->status(), failed.status);
  EXPECT_EQ(Number(), 1);

  std::filesystem::remove(directory_ / "fail");
  Stage("version_2");
  Save();
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
  EXPECT_TRUE(reloader_->status().ok());
}

TEST_F(ReloaderTest, FirstBuildFailsWithoutAFileToFallBackTo) {
  WriteFile(directory_ / "fail", "no");
  Stage("version_1");
  Create(BuildOptions());
  const absl::Status status = reloader_->Start(kPatience);
  EXPECT_THAT(status.message(), HasSubstr("the build failed"));
  EXPECT_THAT(Kinds(events_),
              ElementsAre(Kind::kBuildStarted, Kind::kBuildFailed));
  EXPECT_EQ(reloader_->version(), 0);
  EXPECT_FALSE(reloader_->exports().call_back().ok());

  std::filesystem::remove(directory_ / "fail");
  Save();
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 1);
}

TEST_F(ReloaderTest, FirstBuildFailsAndTheFileOfAnEarlierOneRuns) {
  WriteFile(directory_ / "fail", "no");
  Install("version_3", module_);
  Create(BuildOptions());
  EXPECT_TRUE(reloader_->Start(kPatience).ok());
  EXPECT_THAT(Kinds(events_), ElementsAre(Kind::kBuildStarted,
                                          Kind::kBuildFailed, Kind::kReloaded));
  EXPECT_EQ(Number(), 3);
  EXPECT_FALSE(reloader_->status().ok());
}

TEST_F(ReloaderTest, StartsWithTheFileThatIsThereIfAskedTo) {
  Install("version_2", module_);
  ReloadOptions options = BuildOptions();
  options.build_on_start = false;
  Create(std::move(options));
  EXPECT_TRUE(reloader_->Poll());
  EXPECT_EQ(Number(), 2);
  EXPECT_EQ(Builds(), 0);
}

TEST_F(ReloaderTest, StartTimesOutWhileTheBuildRuns) {
  Stage("version_1");
  Hold();
  Create(BuildOptions());
  EXPECT_EQ(reloader_->Start(absl::Milliseconds(20)).code(),
            absl::StatusCode::kDeadlineExceeded);
  LetGo();
  EXPECT_TRUE(reloader_->Start(kPatience).ok());
  EXPECT_EQ(Number(), 1);
}

TEST_F(ReloaderTest, PollDoesNotWaitForABuild) {
  StartWith("version_1");
  Hold();
  Stage("version_2");
  Save();
  Await(Kind::kBuildStarted);
  // The build can't end by itself, so a Poll() that waited would never return.
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(reloader_->Poll());
  EXPECT_EQ(Number(), 1);
  LetGo();
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, ABuildThatChangesNothingIsNotLoaded) {
  StartWith("version_1");
  Save();
  const ReloadEvent unchanged = Await(Kind::kUnchanged);
  EXPECT_THAT(unchanged.changed, ElementsAre("src/a.cc"));
  EXPECT_EQ(unchanged.version, 1);
  EXPECT_THAT(Kinds(events_),
              ElementsAre(Kind::kBuildStarted, Kind::kUnchanged));

  // After a failed load, return to the file of the current version.
  WriteFile(directory_ / "staged", "nonsense");
  Save();
  Await(Kind::kLoadFailed);
  EXPECT_FALSE(reloader_->status().ok());
  Stage("version_1");
  Save();
  Await(Kind::kUnchanged, 2);
  EXPECT_TRUE(reloader_->status().ok());
  EXPECT_EQ(reloader_->version(), 1);
}

TEST_F(ReloaderTest, SavesDuringABuildAreFollowedByAnother) {
  StartWith("version_1");
  const int builds = Builds();
  Hold();
  Stage("version_2");
  Save("a.cc");
  Await(Kind::kBuildStarted);
  ASSERT_TRUE(PollUntil([&] { return Builds() == builds + 1; }));
  Save("b.cc");
  Save("c.cc");
  PollFor(absl::Milliseconds(100));
  EXPECT_EQ(Builds(), builds + 1);
  LetGo();
  const ReloadEvent started = Await(Kind::kBuildStarted, 2);
  EXPECT_THAT(started.changed, ElementsAre("src/b.cc", "src/c.cc"));
  Await(Kind::kUnchanged);
  EXPECT_EQ(Builds(), builds + 2);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, WaitingForAnEarlierBuildIsNoOverhead) {
  StartWith("version_1");
  Hold();
  Stage("version_2");
  Save("a.cc");
  Await(Kind::kBuildStarted);
  Save("b.cc");
  constexpr absl::Duration kHeld = absl::Milliseconds(300);
  PollFor(kHeld);
  WriteFile(directory_ / "fail", "this one fails");
  LetGo();
  Await(Kind::kBuildFailed);
  std::filesystem::remove(directory_ / "fail");
  // The second build may have started before the file was removed.
  if (!PollUntil([&] {
        return !events_.empty() && (events_.back().kind == Kind::kUnloaded ||
                                    Kinds(events_).size() >= 4);
      })) {
    FAIL();
  }
  const auto reloaded = std::find_if(
      events_.begin(), events_.end(),
      [](const ReloadEvent& event) { return event.kind == Kind::kReloaded; });
  if (reloaded == events_.end()) GTEST_SKIP() << "the second build failed too";
  EXPECT_GE(reloaded->since_change, kHeld);
  EXPECT_LT(reloaded->overhead, reloaded->since_change - kHeld / 2);
}

TEST_F(ReloaderTest, TwoBuildsWithinASecondCountAsTwo) {
  StartWith("version_1");
  const absl::Time begin = absl::Now();
  Stage("version_2");
  Save();
  Await(Kind::kReloaded);
  Stage("version_3");
  Save();
  Await(Kind::kReloaded, 2);
  const absl::Duration elapsed = absl::Now() - begin;
  EXPECT_EQ(reloader_->version(), 3);
  EXPECT_EQ(Number(), 3);
  RecordProperty("milliseconds",
                 static_cast<int>(absl::ToInt64Milliseconds(elapsed)));
}

TEST_F(ReloaderTest, ABurstOfSavesIsOneBuild) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  options.debounce = absl::Milliseconds(300);
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  events_.clear();
  const int builds = Builds();
  Stage("version_2");
  for (int i = 0; i < 10; ++i) {
    Save(absl::StrCat(i % 2, ".cc"));
    reloader_->Poll();
  }
  const ReloadEvent reloaded = Await(Kind::kReloaded);
  EXPECT_THAT(reloaded.changed, UnorderedElementsAre("src/0.cc", "src/1.cc"));
  PollFor(absl::Milliseconds(400));
  EXPECT_EQ(Builds(), builds + 1);
}

TEST_F(ReloaderTest, NewDirectoriesAreWatchedAndIgnoredFilesAreNot) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  options.ignore = {"*.log"};
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  events_.clear();
  const int builds = Builds();
  for (std::string_view file : {"a.log", "a.cc~", ".a.cc.swp", "4913", "a.o"}) {
    Save(file);
  }
  PollFor(absl::Milliseconds(150));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(Builds(), builds);

  std::filesystem::create_directories(directory_ / "src/deep/er");
  Save("deep/er/b.cc");
  const ReloadEvent started = Await(Kind::kBuildStarted);
  EXPECT_THAT(started.changed, ElementsAre("src/deep/er/b.cc"));
}

TEST_F(ReloaderTest, DestructionEndsABuild) {
  StartWith("version_1");
  Hold();
  Stage("version_2");
  Save();
  const int builds = Builds();
  Await(Kind::kBuildStarted);
  ASSERT_TRUE(PollUntil([&] { return Builds() == builds + 1; }));
  reloader_.reset();
  // If the build still ran, it would end now and change the module.
  const std::string before = ReadFile(module_);
  LetGo();
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_TRUE(ReadFile(module_) == before);
}

TEST_F(ReloaderTest, ABuildCommandThatCannotBeStarted) {
  ReloadOptions options = BuildOptions();
  options.watch = {directory_ / "src"};
  options.working_directory = directory_ / "missing";
  Create(std::move(options));
  const absl::Status status = reloader_->Start(kPatience);
  EXPECT_THAT(status.message(), HasSubstr("missing"));
  EXPECT_THAT(Kinds(events_),
              ElementsAre(Kind::kBuildStarted, Kind::kBuildFailed));
}

TEST_F(ReloaderTest, ADirectoryToWatchMayComeLater) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  options.watch = {"later/src"};
  Create(std::move(options));
  EXPECT_TRUE(reloader_->Start(kPatience).ok());
  EXPECT_EQ(Number(), 1);
  const ReloadEvent failed = Await(Kind::kWatchFailed);
  EXPECT_THAT(failed.status.message(), HasSubstr("later"));
  // The same error is not reported twice.
  PollFor(absl::Milliseconds(600));
  EXPECT_THAT(
      Kinds(events_),
      ElementsAre(Kind::kWatchFailed, Kind::kBuildStarted, Kind::kReloaded));
  Stage("version_2");
  std::filesystem::create_directories(directory_ / "later/src");
  Await(Kind::kReloaded, 2);
  EXPECT_EQ(Number(), 2);
}

}  // namespace
}  // namespace relib
