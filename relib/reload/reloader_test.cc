// Tests of Reloader: options, callbacks, and versions that cannot be loaded.

#include "relib/reload/reloader.h"

#include <filesystem>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/reload/reloader_fixture.h"
#include "relib/reload/testdata/versioned.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = ReloadEvent::Kind;

TEST_F(ReloaderTest, FailedLoadLeavesTheOldVersionRunning) {
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

  // The build succeeds, but makes no file.
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

TEST_F(ReloaderTest, InterfaceMismatchIsReportedSeparately) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  std::vector<absl::Status> reported;
  options.on_incompatible = [&](const absl::Status& status) {
    reported.push_back(status);
  };
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  Stage("other_interface");
  Save();
  const ReloadEvent failed = Await(Kind::kLoadFailed);
  ASSERT_EQ(reported.size(), 1u);
  EXPECT_EQ(reported[0], failed.status);
  EXPECT_EQ(LoadErrorOf(reported[0]), LoadError::kSignatureMismatch);
  EXPECT_EQ(Number(), 1);

  Stage("throws");
  Save();
  Await(Kind::kLoadFailed, 2);
  EXPECT_EQ(reported.size(), 1u);
}

TEST_F(ReloaderTest, ALateCallDoesNotReachAVersionThatIsTriedOut) {
  StartWith("version_1");
  const VersionedExports& first = reloader_->exports();
  Stage("version_2");
  Save();
  Await(Kind::kUnloaded);
  reloader_->SetFirstCall([&](const VersionedExports& third) {
    // The third version reuses the slots of the first one.
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

TEST_F(ReloaderTest, ContradictoryOptions) {
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
  // The module needs imports.
  EXPECT_EQ(LoadErrorOf(reloader.Start(kPatience)), LoadError::kMissingImport);
}

}  // namespace
}  // namespace relib
