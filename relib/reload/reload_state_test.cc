// Tests of Reloader: states that are migrated from version to version.

#include <atomic>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
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
#include "relib/host.h"
#include "relib/reload/reloader.h"
#include "relib/state/state.h"
#include "relib/state/testdata/world.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::relib_test::Poke;
using ::relib_test::World;
using ::relib_test::WorldExports;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = ReloadEvent::Kind;

constexpr absl::Duration kPatience = absl::Seconds(60);

class ReloadStateTest : public ::testing::Test {
 protected:
  // Installs the module world_<version> of relib/state/testdata. A trailer
  // makes it a different file.
  void Install(int version, std::string_view trailer = "") {
    WriteFile(
        module_ + ".new",
        absl::StrCat(ReadFile(Runfile(absl::StrCat(
                         "relib/state/testdata/", platform::kLibraryPrefix,
                         "world_", version, platform::kLibrarySuffix))),
                     trailer));
    std::filesystem::rename(module_ + ".new", module_);
  }

  void Start(int version, bool crash_guard = false) {
    Install(version);
    reloader_.emplace(ReloadOptions{.module = module_,
                                    .debounce = absl::Milliseconds(1),
                                    .crash_guard = crash_guard,
                                    .states = {&world_}});
    reloader_->OnReload(
        [this](const ReloadEvent& event) { events_.push_back(event); });
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }

  ReloadEvent Await(Kind kind) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      for (const ReloadEvent& event : events_) {
        if (event.kind == kind) return event;
      }
      reloader_->Poll(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "no " << ToString(kind);
    return {};
  }

  const WorldExports& module() { return reloader_->exports(); }

  void Fill() {
    ASSERT_TRUE(module().add(*world_, "one").ok());
    ASSERT_TRUE(module().add(*world_, "two").ok());
    ASSERT_TRUE(module().tick(*world_).ok());
  }

  std::string Text() {
    const absl::StatusOr<std::string> text = module().text(*world_);
    return text.ok() ? *text : text.status().ToString();
  }

  TestDirectory directory_;
  const std::string module_ =
      directory_ / absl::StrCat("module", platform::kLibrarySuffix);
  State<World> world_;
  std::vector<ReloadEvent> events_;
  std::optional<Reloader<WorldExports>> reloader_;
};

TEST_F(ReloadStateTest, AnotherLayoutGetsTheValue) {
  Start(1);
  Fill();
  Install(2);
  const ReloadEvent event = Await(Kind::kReloaded);
  ASSERT_THAT(event.migrations, SizeIs(1));
  EXPECT_TRUE(event.migrations[0].layout_changed);
  EXPECT_THAT(event.migrations[0].added, Contains("relib_test::World.title"));
  EXPECT_THAT(event.migrations[0].removed,
              Contains("relib_test::World.velocity"));
  EXPECT_THAT(event.ToString(), HasSubstr("World.title"));
  EXPECT_GT(event.pause, absl::ZeroDuration());
  EXPECT_THAT(Text(), HasSubstr("two"));
  EXPECT_THAT(Text(), HasSubstr("a world of the second version"));
  Await(Kind::kUnloaded);
  EXPECT_THAT(Text(), HasSubstr("two"));
}

TEST_F(ReloadStateTest, ANewVersionMigratesAField) {
  Start(1);
  Fill();
  Install(3);
  const ReloadEvent event = Await(Kind::kReloaded);
  ASSERT_THAT(event.migrations, SizeIs(1));
  EXPECT_THAT(event.migrations[0].migrated, SizeIs(1));
  Await(Kind::kUnloaded);
  EXPECT_THAT(Text(), HasSubstr("two"));
}

// The versions have types that can't be converted, a RELIB_MIGRATE that throws,
// and one that crashes.
TEST_F(ReloadStateTest, FailedMigrationLeavesTheOldVersionAndItsState) {
  Start(1, /*crash_guard=*/true);
  Fill();
  const std::string before = Text();
  for (const int version : {4, 5, 6}) {
    SCOPED_TRACE(version);
    events_.clear();
    Install(version);
    const ReloadEvent event = Await(Kind::kLoadFailed);
    EXPECT_EQ(LoadErrorOf(event.status), LoadError::kState) << event.status;
    EXPECT_THAT(std::string(event.status.message()), HasSubstr("World"));
    EXPECT_EQ(reloader_->version(), 1);
    EXPECT_EQ(Text(), before);
  }
  events_.clear();
  Install(2);
  Await(Kind::kReloaded);
  EXPECT_THAT(Text(), HasSubstr("two"));
}

TEST_F(ReloadStateTest, ACrashRestoresTheStateOfTheSwitch) {
  Start(1, /*crash_guard=*/true);
  Fill();
  const std::string before = Text();
  Install(2);
  Await(Kind::kReloaded);
  ASSERT_TRUE(module().add(*world_, "three").ok());
  EXPECT_EQ(CallErrorOf(module().poke(*world_, Poke::kCrash)),
            CallError::kCrashed);
  Await(Kind::kRolledBack);
  EXPECT_EQ(reloader_->version(), 1);
  EXPECT_EQ(Text(), before);
}

TEST_F(ReloadStateTest, ACrashRestoresTheLastCheckpoint) {
  Start(1, /*crash_guard=*/true);
  Fill();
  Install(2);
  Await(Kind::kReloaded);
  ASSERT_TRUE(module().add(*world_, "three").ok());
  const absl::Status status = reloader_->Checkpoint();
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(module().add(*world_, "four").ok());
  EXPECT_EQ(CallErrorOf(module().poke(*world_, Poke::kCrash)),
            CallError::kCrashed);
  Await(Kind::kRolledBack);
  EXPECT_THAT(Text(), HasSubstr("three"));
  EXPECT_THAT(Text(), ::testing::Not(HasSubstr("four")));
}

TEST_F(ReloadStateTest, TheSwitchWaitsForCallsAndPins) {
  Start(1);
  Fill();
  std::optional<Pinned<WorldExports>> pin = *reloader_->module()->Pin();
  Install(2);
  const ReloadEvent delayed = Await(Kind::kSwitchDelayed);
  EXPECT_THAT(std::string(delayed.status.message()), HasSubstr("pinned by"));
  EXPECT_EQ(reloader_->version(), 1);
  // Calls continue meanwhile.
  ASSERT_TRUE(module().add(*world_, "three").ok());
  ASSERT_TRUE(pin->exports().tick(*world_).ok());
  EXPECT_FALSE(reloader_->Checkpoint().ok());
  pin.reset();
  Await(Kind::kReloaded);
  EXPECT_EQ(reloader_->version(), 2);
  EXPECT_THAT(Text(), HasSubstr("three"));
}

TEST_F(ReloadStateTest, ANewVersionReplacesOneThatWaits) {
  Start(1);
  Fill();
  std::optional<Pinned<WorldExports>> pin = *reloader_->module()->Pin();
  Install(2);
  Await(Kind::kSwitchDelayed);
  events_.clear();
  Install(3);
  Await(Kind::kSwitchDelayed);
  pin.reset();
  const ReloadEvent event = Await(Kind::kReloaded);
  EXPECT_EQ(event.version, 2);
  EXPECT_THAT(event.migrations[0].migrated, SizeIs(1));
}

// The new versions have the same layout and another one.
TEST_F(ReloadStateTest, AFirstCallThatFailsLeavesTheOldVersionAndItsState) {
  Start(1, /*crash_guard=*/true);
  Fill();
  const std::string before = Text();
  for (const Poke poke : {Poke::kThrow, Poke::kCrash}) {
    for (const int version : {1, 2}) {
      SCOPED_TRACE(version);
      reloader_->SetFirstCall([&](const WorldExports& exports) {
        EXPECT_TRUE(exports.add(*world_, "of the first call").ok());
        return exports.poke(*world_, poke);
      });
      events_.clear();
      Install(version, absl::StrCat(version, static_cast<int>(poke)));
      const ReloadEvent event = Await(Kind::kLoadFailed);
      EXPECT_THAT(std::string(event.status.message()),
                  HasSubstr("the first call of the new"));
      EXPECT_EQ(CallErrorOf(event.status), poke == Poke::kCrash
                                               ? CallError::kCrashed
                                               : CallError::kException);
      EXPECT_EQ(reloader_->version(), 1);
      EXPECT_EQ(Text(), before);
    }
  }
  reloader_->SetFirstCall([&](const WorldExports& exports) {
    const absl::Status other = reloader_->exports().add(*world_, "no");
    EXPECT_EQ(CallErrorOf(other), CallError::kUnloading) << other;
    return exports.add(*world_, "yes");
  });
  events_.clear();
  Install(2);
  Await(Kind::kReloaded);
  EXPECT_THAT(Text(), HasSubstr("yes"));
}

// The new versions have the same layout and another one.
TEST_F(ReloadStateTest, AFirstCallThatThrowsLeavesTheOldVersionAndItsState) {
  Start(1);
  Fill();
  const std::string before = Text();
  for (const int version : {1, 2}) {
    SCOPED_TRACE(version);
    reloader_->SetFirstCall([&](const WorldExports& exports) -> absl::Status {
      EXPECT_TRUE(exports.add(*world_, "of the first call").ok());
      throw std::runtime_error("after a change");
    });
    events_.clear();
    Install(version, absl::StrCat("throws ", version));
    const ReloadEvent event = Await(Kind::kLoadFailed);
    ASSERT_TRUE(ExceptionOf(event.status).has_value()) << event.status;
    // No gate stays closed, and no thread waits.
    std::string text;
    std::thread([&] { text = Text(); }).join();
    EXPECT_EQ(text, before);
  }
  reloader_->SetFirstCall([](const WorldExports&) { return absl::OkStatus(); });
  events_.clear();
  Install(2);
  Await(Kind::kReloaded);
  Await(Kind::kUnloaded);
  EXPECT_THAT(Text(), HasSubstr("two"));
}

TEST_F(ReloadStateTest, TheValueStaysWhenTheReloaderStops) {
  Start(1);
  Fill();
  const std::string before = Text();
  const absl::Status status = reloader_->Stop();
  ASSERT_TRUE(status.ok()) << status;
  reloader_.reset();
  EXPECT_TRUE(world_.has_value());
  Start(1);
  EXPECT_EQ(Text(), before);
}

TEST_F(ReloadStateTest, ThreadsCallWhileLayoutsChange) {
  Start(1);
  Fill();
  std::atomic<bool> done = false;
  std::atomic<int> calls = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const absl::StatusOr<std::string> text = module().text(*world_);
        if (!text.ok() || text->find("two") == std::string::npos) {
          ADD_FAILURE() << text.status();
          return;
        }
        ++calls;
        absl::SleepFor(absl::Microseconds(50));
      }
    });
  }
  for (int i = 0; i < 20 && !HasFailure(); ++i) {
    events_.clear();
    Install(1 + (i + 1) % 3);
    Await(Kind::kReloaded);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(calls, 20);
}

}  // namespace
}  // namespace relib
