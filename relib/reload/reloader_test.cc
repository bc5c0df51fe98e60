#include "relib/reload/reloader.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/reload/test_directory.h"
#include "relib/reload/testdata/versioned.h"

namespace relib {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Kind = ReloadEvent::Kind;

// No test takes so long unless it fails.
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string TestModule(std::string_view name) {
  return Runfile(absl::StrCat("relib/reload/testdata/",
                              platform::kLibraryPrefix, name,
                              platform::kLibrarySuffix));
}

std::string FakeBuild() {
  std::string program = Runfile("relib/reload/testdata/fake_build");
  if (!std::filesystem::exists(program)) program += ".exe";
  return std::filesystem::path(program).make_preferred().string();
}

std::vector<Kind> Kinds(const std::vector<ReloadEvent>& events) {
  std::vector<Kind> kinds;
  for (const ReloadEvent& event : events) kinds.push_back(event.kind);
  return kinds;
}

}  // namespace

// For messages of failed tests.
void PrintTo(ReloadEvent::Kind kind, std::ostream* stream) {
  *stream << ToString(kind);
}
void PrintTo(const ReloadEvent& event, std::ostream* stream) {
  *stream << ToString(event.kind) << ": " << event.ToString();
}

namespace {

// A directory with sources in src/, of which the fake build makes the file
// "module" by copying "staged".
class ReloaderTest : public ::testing::Test {
 protected:
  ReloaderTest() { std::filesystem::create_directory(directory_ / "src"); }

  ReloadOptions BuildOptions() const {
    return {
        .module = absl::StrCat("module", platform::kLibrarySuffix),
        .watch = {"src"},
        .build = absl::StrCat(FakeBuild(), " module", platform::kLibrarySuffix),
        .working_directory = directory_.path()};
  }

  // Somebody else builds.
  ReloadOptions FileOptions() const { return {.module = module_}; }

  void Create(ReloadOptions options) {
    reloader_.emplace(
        std::move(options),
        VersionedImports{
            .called = [this] { called_(); },
            .keep_running = [this] { return keep_running_.load(); }});
    reloader_->OnReload([this](const ReloadEvent& event) {
      events_.push_back(event);
      on_event_(event);
    });
  }

  // Starts with the test module `name` as version 1.
  void StartWith(std::string_view name) {
    Stage(name);
    Create(BuildOptions());
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(reloader_->version(), 1);
    events_.clear();
  }

  void StartFileWith(std::string_view name) {
    Install(name, module_);
    Create(FileOptions());
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }

  static void Install(std::string_view name, const std::string& path) {
    WriteFile(path, ReadFile(TestModule(name)));
  }
  // The result of the next build.
  void Stage(std::string_view name) { Install(name, directory_ / "staged"); }

  void Save(std::string_view file = "a.cc") {
    WriteFile(directory_ / absl::StrCat("src/", file),
              absl::StrCat("edit ", ++edits_));
  }

  void Hold() { WriteFile(directory_ / "hold", ""); }
  void LetGo() { std::filesystem::remove(directory_ / "hold"); }

  bool PollUntil(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      reloader_->Poll(absl::Milliseconds(50));
    }
    return true;
  }

  // Polls until the `count`th event of the kind has come, and returns it.
  ReloadEvent Await(Kind kind, int count = 1) {
    const ReloadEvent* found = nullptr;
    PollUntil([&] {
      int seen = 0;
      for (const ReloadEvent& event : events_) {
        if (event.kind == kind && ++seen == count) found = &event;
      }
      return found != nullptr;
    });
    EXPECT_NE(found, nullptr) << "no " << ToString(kind) << " among "
                              << ::testing::PrintToString(events_);
    return found == nullptr ? ReloadEvent() : *found;
  }

  // Polls for a while, in which nothing is expected to happen.
  void PollFor(absl::Duration duration) {
    const absl::Time deadline = absl::Now() + duration;
    while (absl::Now() < deadline) reloader_->Poll(deadline - absl::Now());
  }

  int Number() {
    const absl::StatusOr<int> number = reloader_->exports().number();
    EXPECT_TRUE(number.ok()) << number.status();
    return number.value_or(-1);
  }

  int Builds() {
    const std::string log = ReadFile(directory_ / "builds.log");
    return static_cast<int>(std::count(log.begin(), log.end(), '\n'));
  }

  TestDirectory directory_;
  const std::string module_ =
      directory_ / absl::StrCat("module", platform::kLibrarySuffix);
  int edits_ = 0;
  std::vector<ReloadEvent> events_;
  std::function<void(const ReloadEvent&)> on_event_ = [](const ReloadEvent&) {};
  std::function<void()> called_ = [] {};
  std::atomic<bool> keep_running_ = true;
  std::optional<Reloader<VersionedExports>> reloader_;
};

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

TEST_F(ReloaderTest, WhatCannotBeLoadedLeavesTheOldVersionRunning) {
  StartWith("version_1");
  const struct {
    std::string_view module;
    LoadError error;
    std::string_view text;
  } cases[] = {
      {"throws", LoadError::kConstructorFailed, "no luck today"},
      {"other_interface", LoadError::kSignatureMismatch, "number"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.module);
    events_.clear();
    Stage(c.module);
    Save();
    const ReloadEvent failed = Await(Kind::kLoadFailed);
    EXPECT_EQ(LoadErrorOf(failed.status), c.error) << failed.status;
    EXPECT_THAT(failed.status.message(), HasSubstr(c.text));
    EXPECT_EQ(failed.version, 1);
    EXPECT_GT(failed.build_time, absl::ZeroDuration());
    EXPECT_EQ(reloader_->status(), failed.status);
    EXPECT_EQ(Number(), 1);
  }

  events_.clear();
  WriteFile(directory_ / "staged", "not a library at all");
  Save();
  EXPECT_EQ(LoadErrorOf(Await(Kind::kLoadFailed).status),
            LoadError::kNotAModule);
  EXPECT_EQ(Number(), 1);

  // A build that succeeds and makes nothing.
  events_.clear();
  std::filesystem::remove(directory_ / "staged");
  Save();
  EXPECT_EQ(LoadErrorOf(Await(Kind::kLoadFailed).status), LoadError::kNotFound);
  EXPECT_EQ(Number(), 1);

  events_.clear();
  Stage("version_2");
  Save();
  EXPECT_EQ(Await(Kind::kReloaded).version, 2);
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

  // Back to what runs, after something that didn't work.
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
  // Whether that was in time for the second build depends on the machine.
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

TEST_F(ReloaderTest, AnOldVersionThatRefusesToGoIsTriedAgain) {
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

TEST_F(ReloaderTest, APinnedVersionGoesOnUntilThePinIsGone) {
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

TEST_F(ReloaderTest, ALateCallDoesNotReachAVersionThatIsTriedOut) {
  StartWith("version_1");
  const VersionedExports& first = reloader_->exports();
  Stage("version_2");
  Save();
  Await(Kind::kUnloaded);
  reloader_->SetFirstCall([&](const VersionedExports& third) {
    // What the first version leaves is used again.
    EXPECT_EQ(&third, &first);
    EXPECT_EQ(*third.number(), 3);
    std::thread([&] { EXPECT_EQ(*first.number(), 2); }).join();
    return absl::OkStatus();
  });
  Stage("version_3");
  Save();
  Await(Kind::kReloaded, 2);
  EXPECT_EQ(*first.number(), 3);
}

TEST_F(ReloaderTest, CallbacksMayCallTheModuleAndNothingElse) {
  StartWith("version_1");
  int number = 0;
  bool polled = true;
  absl::Status stopped;
  on_event_ = [&](const ReloadEvent& event) {
    if (event.kind != Kind::kReloaded) return;
    number = Number();
    polled = reloader_->Poll(absl::Seconds(100));
    stopped = reloader_->Stop();
  };
  Stage("version_2");
  Save();
  Await(Kind::kUnloaded);
  EXPECT_EQ(number, 2);
  EXPECT_FALSE(polled);
  EXPECT_EQ(stopped.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ReloaderTest, WorksWithoutACallback) {
  Stage("version_1");
  Create(BuildOptions());
  reloader_->OnReload(nullptr);
  EXPECT_TRUE(reloader_->Start(kPatience).ok());
  EXPECT_EQ(Number(), 1);
}

TEST_F(ReloaderTest, CanBeMoved) {
  StartWith("version_1");
  Reloader<VersionedExports> other = *std::move(reloader_);
  reloader_.emplace(std::move(other));
  Stage("version_2");
  Save();
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
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

TEST_F(ReloaderTest, DestructionEndsABuild) {
  StartWith("version_1");
  Hold();
  Stage("version_2");
  Save();
  const int builds = Builds();
  Await(Kind::kBuildStarted);
  ASSERT_TRUE(PollUntil([&] { return Builds() == builds + 1; }));
  reloader_.reset();
  // Had the build lived on, it would end now by changing the module.
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
  // Once is enough.
  PollFor(absl::Milliseconds(600));
  EXPECT_THAT(
      Kinds(events_),
      ElementsAre(Kind::kWatchFailed, Kind::kBuildStarted, Kind::kReloaded));
  Stage("version_2");
  std::filesystem::create_directories(directory_ / "later/src");
  Await(Kind::kReloaded, 2);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, OptionsThatMakeNoSense) {
  const ReloadOptions cases[] = {
      {.watch = {"src"}, .build = "true"},
      {.module = "module", .build = "true"},
      {.module = "module", .watch = {"src"}},
  };
  for (const ReloadOptions& options : cases) {
    events_.clear();
    Create(options);
    EXPECT_EQ(reloader_->Start().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(reloader_->Poll(absl::Milliseconds(1)));
    EXPECT_THAT(Kinds(events_), ElementsAre(Kind::kWatchFailed));
  }
}

TEST_F(ReloaderTest, AModuleWithoutAnInterface) {
  Install("version_3", module_);
  Reloader<> reloader(FileOptions());
  // It wants imports, and there are none.
  EXPECT_EQ(LoadErrorOf(reloader.Start(kPatience)), LoadError::kMissingImport);
}

// Somebody else builds: the file of the module is watched.

TEST_F(ReloaderTest, FileIsLoadedWhenItIsOverwritten) {
  StartFileWith("version_1");
  EXPECT_EQ(Number(), 1);
  Install("version_2", module_);
  const ReloadEvent reloaded = Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
  EXPECT_THAT(reloaded.changed, ElementsAre(module_));
  EXPECT_EQ(reloaded.build_time, absl::ZeroDuration());
  EXPECT_EQ(reloaded.since_change, reloaded.overhead);
}

TEST_F(ReloaderTest, FileIsLoadedWhenAnotherIsMovedOverIt) {
  StartFileWith("version_1");
  Install("version_2", directory_ / "temporary");
  std::filesystem::rename(directory_ / "temporary", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, FileIsLoadedWhenItWasDeletedAndMadeAnew) {
  StartFileWith("version_1");
  std::filesystem::remove(module_);
  PollFor(absl::Milliseconds(100));
  EXPECT_THAT(events_, IsEmpty());
  Install("version_2", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, FileThatIsMissingForLongIsReported) {
  StartFileWith("version_1");
  std::filesystem::remove(module_);
  EXPECT_EQ(LoadErrorOf(Await(Kind::kLoadFailed).status), LoadError::kNotFound);
  EXPECT_EQ(Number(), 1);
  Install("version_1", module_);
  Await(Kind::kUnchanged);
  EXPECT_TRUE(reloader_->status().ok());
}

TEST_F(ReloaderTest, FileThatIsNotThereYet) {
  Create(FileOptions());
  EXPECT_EQ(LoadErrorOf(reloader_->Start(kPatience)), LoadError::kNotFound);
  Install("version_1", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 1);
}

TEST_F(ReloaderTest, HalfWrittenFileIsNotLoaded) {
  StartFileWith("version_1");
  const std::string bytes = ReadFile(TestModule("version_2"));
  // In place, like linkers that don't write to a temporary file first. Each
  // part looks like the end of it.
  for (const double part : {0.0, 0.1, 0.5, 0.9, 0.99}) {
    WriteFile(
        module_,
        std::string_view(bytes).substr(
            0, static_cast<size_t>(part * static_cast<double>(bytes.size()))));
    PollFor(absl::Milliseconds(80));
    EXPECT_EQ(Number(), 1);
  }
  EXPECT_THAT(events_, IsEmpty());
  WriteFile(module_, bytes);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, TouchedFileIsNotLoadedAgain) {
  StartFileWith("version_1");
  Install("version_1", module_);
  Await(Kind::kUnchanged);
  EXPECT_EQ(reloader_->version(), 1);
}

TEST_F(ReloaderTest, ManyReloads) {
  StartFileWith("version_1");
  for (int i = 2; i <= 60; ++i) {
    const int number = 1 + i % 3;
    Install(absl::StrCat("version_", number), module_);
    Await(Kind::kReloaded, i - 1);
    ASSERT_EQ(Number(), number);
    ASSERT_EQ(reloader_->version(), i);
  }
  Await(Kind::kUnloaded, 59);
  EXPECT_THAT(Kinds(events_), ::testing::Not(Contains(Kind::kUnloadDelayed)));
}

// Programs whose interface has changed under them.
TEST_F(ReloaderTest, WhatDoesntFitTheProgramIsToldApart) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  std::vector<absl::Status> told;
  options.on_incompatible = [&](const absl::Status& status) {
    told.push_back(status);
  };
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  Stage("other_interface");
  Save();
  const ReloadEvent failed = Await(Kind::kLoadFailed);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], failed.status);
  EXPECT_EQ(LoadErrorOf(told[0]), LoadError::kSignatureMismatch);
  EXPECT_EQ(Number(), 1);

  Stage("throws");
  Save();
  Await(Kind::kLoadFailed, 2);
  EXPECT_EQ(told.size(), 1u);
}

class CrashingReloaderTest : public ReloaderTest {
 protected:
  void StartGuarded(std::string_view name) {
    Install(name, module_);
    ReloadOptions options = FileOptions();
    options.crash_guard = true;
    Create(std::move(options));
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }

  void Crash() {
    const absl::Status status = reloader_->exports().call_back();
    EXPECT_EQ(CallErrorOf(status), CallError::kCrashed) << status;
    EXPECT_EQ(CallErrorOf(reloader_->exports().number().status()),
              CallError::kPoisoned);
  }
};

TEST_F(CrashingReloaderTest, TheLastGoodVersionComesBackUntilThereIsANewOne) {
  StartGuarded("version_1");
  Install("crashing_9", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 9);
  Crash();
  const ReloadEvent back = Await(Kind::kRolledBack);
  EXPECT_EQ(back.version, 1);
  EXPECT_EQ(reloader_->version(), 1);
  EXPECT_EQ(Number(), 1);
  EXPECT_TRUE(reloader_->exports().call_back().ok());
  const ReloadEvent crashed = Await(Kind::kCrashed);
  EXPECT_EQ(crashed.version, 2);
  ASSERT_TRUE(CrashOf(crashed.status).has_value());
  EXPECT_EQ(reloader_->status(), crashed.status);
  Await(Kind::kUnloaded, 2);

  // The file that crashed is no new version.
  Install("crashing_9", module_);
  Await(Kind::kUnchanged);
  EXPECT_EQ(Number(), 1);
  EXPECT_FALSE(reloader_->status().ok());

  Install("version_2", module_);
  EXPECT_EQ(Await(Kind::kReloaded, 2).version, 3);
  EXPECT_EQ(Number(), 2);
  EXPECT_TRUE(reloader_->status().ok());
}

TEST_F(CrashingReloaderTest, CrashesOneAfterTheOther) {
  StartGuarded("version_1");
  for (int i = 1; i <= 6; ++i) {
    Install(i % 2 == 0 ? "crashing_8" : "crashing_9", module_);
    Await(Kind::kReloaded, i);
    EXPECT_EQ(Number(), i % 2 == 0 ? 8 : 9);
    Crash();
    Await(Kind::kRolledBack, i);
    EXPECT_EQ(Number(), 1);
  }
}

TEST_F(CrashingReloaderTest, WithoutAGoodVersionCallsAreRefused) {
  StartGuarded("crashing_8");
  Crash();
  const ReloadEvent failed = Await(Kind::kLoadFailed);
  EXPECT_THAT(std::string(failed.status.message()),
              HasSubstr("no version that could come back"));
  EXPECT_EQ(CallErrorOf(reloader_->exports().number().status()),
            CallError::kPoisoned);
  Install("version_2", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(CrashingReloaderTest, TheGoodVersionMayCrashAsWell) {
  StartGuarded("crashing_8");
  Install("crashing_9", module_);
  Await(Kind::kReloaded);
  Crash();
  Await(Kind::kRolledBack);
  EXPECT_EQ(Number(), 8);
  Crash();
  Await(Kind::kLoadFailed);
  Install("version_3", module_);
  Await(Kind::kReloaded, 2);
  EXPECT_EQ(Number(), 3);
}

}  // namespace
}  // namespace relib
