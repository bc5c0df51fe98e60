// Tests of Reloader and Group: calls from inside of calls, while a checkpoint
// pauses all calls.

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/reload/group.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"
#include "relib/reload/testdata/parts.h"
#include "relib/reload/testdata/versioned.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using Kind = ReloadEvent::Kind;

// Returns when calls of the module are paused. They are while it can't be
// pinned.
template <typename Exports>
void AwaitPause(const Module<Exports>& module) {
  while (module.Pin().ok()) absl::SleepFor(absl::Milliseconds(1));
}

// The parameter is ReloadOptions::crash_guard.
class ReloadNestedCallsTest : public ReloaderTest,
                              public ::testing::WithParamInterface<bool> {
 protected:
  void StartWithVersion1(absl::Duration switch_deadline) {
    Install("version_1", module_);
    ReloadOptions options = FileOptions();
    options.crash_guard = GetParam();
    options.switch_deadline = switch_deadline;
    Create(std::move(options));
    const absl::Status status = reloader_->Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }
};

// The version of the slot that the inner call comes with is unloaded.
TEST_P(ReloadNestedCallsTest, AnOldReferenceLeadsToTheCurrentVersion) {
  StartWithVersion1(kPatience);
  const VersionedExports& first = reloader_->exports();
  Install("version_2", module_);
  Await(Kind::kReloaded);
  Await(Kind::kUnloaded);

  const Module<VersionedExports>* const module = reloader_->module();
  std::atomic<bool> is_inside = false;
  int inner = 0;
  called_ = [&] {
    is_inside = true;
    AwaitPause(*module);
    inner = first.number().value_or(-1);
  };
  std::thread caller(
      [&] { EXPECT_TRUE(reloader_->exports().call_back().ok()); });
  ASSERT_TRUE(Eventually([&] { return is_inside.load(); }));
  // Waits for the outer call, and so for the inner one.
  const absl::Status status = reloader_->Checkpoint();
  EXPECT_TRUE(status.ok()) << status;
  caller.join();
  EXPECT_EQ(inner, 2);
}

// The old version is on the stack, and nothing but the inner call keeps the
// current version.
TEST_P(ReloadNestedCallsTest, TheInnerCallKeepsTheCurrentVersion) {
  StartWithVersion1(absl::Milliseconds(200));
  std::atomic<int> calls = 0;
  std::atomic<bool> may_call = false;
  std::atomic<bool> may_return = false;
  const Module<VersionedExports>* module = nullptr;
  called_ = [&] {
    if (++calls == 1) {
      while (!may_call) absl::SleepFor(absl::Milliseconds(1));
      AwaitPause(*module);
      EXPECT_TRUE(reloader_->exports().call_back().ok());
    } else {
      while (!may_return) absl::SleepFor(absl::Milliseconds(1));
    }
  };
  std::thread caller(
      [&] { EXPECT_TRUE(reloader_->exports().call_back().ok()); });
  ASSERT_TRUE(Eventually([&] { return calls == 1; }));
  Install("version_2", module_);
  Await(Kind::kReloaded);
  module = reloader_->module();
  may_call = true;
  EXPECT_TRUE(Eventually([&] {
    // Fails, because the call of version 1 runs.
    EXPECT_FALSE(reloader_->Checkpoint().ok());
    return calls == 2;
  }));
  // Neither version can be unloaded.
  EXPECT_EQ(UnloadErrorOf(reloader_->Stop({.deadline = absl::Milliseconds(1)})),
            UnloadError::kCallsInFlight);
  for (const ReloadEvent& event : events_) {
    EXPECT_NE(event.kind, Kind::kUnloaded) << event.ToString();
  }
  may_return = true;
  caller.join();
  const absl::Status status = reloader_->Stop();
  EXPECT_TRUE(status.ok()) << status;
}

// Threads make such calls all the time.
TEST_P(ReloadNestedCallsTest, CheckpointsWhileCallsNest) {
  StartWithVersion1(absl::Milliseconds(50));
  std::atomic<bool> done = false;
  std::atomic<int> inner = 0;
  called_ = [&] {
    const auto number = reloader_->exports().number();
    EXPECT_TRUE(number.ok()) << number.status();
    ++inner;
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!done) EXPECT_TRUE(reloader_->exports().call_back().ok());
    });
  }
  for (int i = 0; i < 100; ++i) {
    reloader_->Checkpoint().IgnoreError();
    if (i % 10 == 0) {
      events_.clear();
      Install(i % 20 == 0 ? "version_2" : "version_3", module_);
      Await(Kind::kReloaded);
    }
  }
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(inner, 0);
}

INSTANTIATE_TEST_SUITE_P(, ReloadNestedCallsTest, ::testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Guarded" : "Plain";
                         });

TEST(GroupNestedCallsTest, AnOldReferenceToAnotherMember) {
  TestDirectory directory;
  InstallMember(directory, "part_1", "part");
  InstallMember(directory, "whole_10", "whole");

  Group group({.working_directory = directory.path(),
               .switch_deadline = absl::Seconds(30)});
  int reloads = 0;
  int unloads = 0;
  group.OnReload([&](const ReloadEvent& event) {
    reloads += static_cast<int>(event.kind == Kind::kReloaded);
    unloads += static_cast<int>(event.kind == Kind::kUnloaded);
  });
  std::function<void()> meanwhile = [] {};
  const Member<PartExports> part =
      group.Add<PartExports>(absl::StrCat("part", platform::kLibrarySuffix));
  const Member<WholeExports> whole = group.Add<WholeExports>(
      absl::StrCat("whole", platform::kLibrarySuffix), [&] {
        return WholeImports{.part = part.Link(&PartExports::number),
                            .meanwhile = [&] { meanwhile(); }};
      });
  ASSERT_TRUE(group.Start(kPatience).ok());
  const PartExports& first = part.exports();
  InstallMember(directory, "part_2", "part");
  ASSERT_TRUE(Eventually([&] {
    group.Poll(absl::Milliseconds(20));
    return reloads == 4 && unloads == 2;
  }));

  const Module<PartExports>* const module = part.module();
  std::atomic<bool> is_inside = false;
  int inner = 0;
  meanwhile = [&] {
    is_inside = true;
    AwaitPause(*module);
    inner = first.number().value_or(-1);
  };
  std::thread caller(
      [&] { EXPECT_EQ(whole.exports().sum().value_or(-1), 12); });
  ASSERT_TRUE(Eventually([&] { return is_inside.load(); }));
  const absl::Status status = group.Checkpoint();
  EXPECT_TRUE(status.ok()) << status;
  caller.join();
  EXPECT_EQ(inner, 2);
}

}  // namespace
}  // namespace relib
