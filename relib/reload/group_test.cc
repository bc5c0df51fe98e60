// Tests of Group: modules that use each other and are reloaded together.

#include "relib/reload/group.h"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/reload/reloader_fixture.h"
#include "relib/reload/testdata/parts.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = ReloadEvent::Kind;

std::string Named(std::string_view name) {
  return absl::StrCat(name, platform::kLibrarySuffix);
}

class GroupTest : public ::testing::Test {
 protected:
  GroupTest()
      : group_({.working_directory = directory_.path(),
                .debounce = absl::Milliseconds(50)}) {
    group_.OnReload(
        [this](const ReloadEvent& event) { events_.push_back(event); });
  }

  void Install(std::string_view name, std::string_view file) {
    InstallMember(directory_, name, file);
  }

  void StartWith(std::string_view part, std::string_view whole) {
    Install(part, "part");
    Install(whole, "whole");
    const absl::Status status = group_.Start(kPatience);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Polls until there are `count` events of the given kind. Returns them as
  // "module version".
  std::vector<std::string> Await(Kind kind, size_t count) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (true) {
      std::vector<std::string> seen;
      for (const ReloadEvent& event : events_) {
        if (event.kind != kind) continue;
        seen.push_back(
            absl::StrCat(event.module.substr(0, event.module.find('.')), " ",
                         event.version));
      }
      if (seen.size() >= count || absl::Now() > deadline) return seen;
      group_.Poll(absl::Milliseconds(50));
    }
  }

  TestDirectory directory_;
  std::vector<ReloadEvent> events_;
  std::function<void()> meanwhile_ = [] {};
  Group group_;
  Member<PartExports> part_ = group_.Add<PartExports>(Named("part"));
  Member<WholeExports> whole_ =
      group_.Add<WholeExports>(Named("whole"), [this] {
        return WholeImports{.part = part_.Link(&PartExports::number),
                            .meanwhile = [this] { meanwhile_(); }};
      });
};

TEST_F(GroupTest, LoadsInTheOrderOfUse) {
  StartWith("part_1", "whole_10");
  EXPECT_EQ(*part_.exports().number(), 1);
  EXPECT_EQ(*whole_.exports().sum(), 11);
  EXPECT_EQ(*whole_.exports().part_at_start(), 1);
  EXPECT_THAT(Await(Kind::kReloaded, 2), ElementsAre("part 1", "whole 1"));
}

TEST_F(GroupTest, UsersOfANewModuleAreReloadedWithIt) {
  StartWith("part_1", "whole_10");
  events_.clear();
  Install("part_2", "part");
  EXPECT_THAT(Await(Kind::kReloaded, 2), ElementsAre("part 2", "whole 2"));
  EXPECT_EQ(*whole_.exports().sum(), 12);
  EXPECT_EQ(*whole_.exports().part_at_start(), 2);
  EXPECT_THAT(Await(Kind::kUnloaded, 2), ElementsAre("whole 1", "part 1"));
  for (const ReloadEvent& event : events_) {
    EXPECT_NE(event.kind, Kind::kUnloadDelayed) << event.ToString();
  }
}

TEST_F(GroupTest, UsedModulesStayWhenAUserIsNew) {
  StartWith("part_1", "whole_10");
  events_.clear();
  Install("whole_20", "whole");
  EXPECT_THAT(Await(Kind::kReloaded, 1), ElementsAre("whole 2"));
  EXPECT_EQ(*whole_.exports().sum(), 21);
  EXPECT_EQ(part_.version(), 1);
}

TEST_F(GroupTest, AllOrNone) {
  StartWith("part_1", "whole_10");
  events_.clear();
  Install("part_2", "part");
  Install("whole_throws", "whole");
  Await(Kind::kLoadFailed, 1);
  EXPECT_THAT(std::string(group_.status().message()), HasSubstr("not today"));
  EXPECT_EQ(*part_.exports().number(), 1);
  EXPECT_EQ(*whole_.exports().sum(), 11);

  // Both are tried again.
  Install("whole_20", "whole");
  EXPECT_THAT(Await(Kind::kReloaded, 2), ElementsAre("part 2", "whole 2"));
  EXPECT_EQ(*whole_.exports().sum(), 22);
}

// A call uses the same version of the part from its begin to its end.
TEST_F(GroupTest, RunningCallsKeepTheModulesThatTheyUse) {
  StartWith("part_1", "whole_10");
  std::atomic<bool> begun = false;
  std::atomic<bool> proceed = false;
  meanwhile_ = [&] {
    begun = true;
    while (!proceed) absl::SleepFor(absl::Milliseconds(1));
  };
  int sum = 0;
  std::thread caller([&] { sum = whole_.exports().sum().value_or(-1); });
  while (!begun) absl::SleepFor(absl::Milliseconds(1));
  events_.clear();
  Install("part_2", "part");
  Await(Kind::kReloaded, 2);
  Await(Kind::kUnloadDelayed, 1);
  EXPECT_EQ(*whole_.exports().part_at_start(), 2);
  proceed = true;
  caller.join();
  EXPECT_EQ(sum, 11);
  EXPECT_THAT(Await(Kind::kUnloaded, 2), ElementsAre("whole 1", "part 1"));
}

TEST_F(GroupTest, StopUnloadsUsersFirst) {
  StartWith("part_1", "whole_10");
  const absl::Status status = group_.Stop();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(Await(Kind::kUnloaded, 2), ElementsAre("whole 1", "part 1"));
  EXPECT_FALSE(whole_.exports().sum().ok());
}

TEST_F(GroupTest, AUsedModuleIsMissing) {
  Install("whole_10", "whole");
  EXPECT_FALSE(group_.Start(kPatience).ok());
  Install("part_1", "part");
  Await(Kind::kReloaded, 2);
  EXPECT_EQ(*whole_.exports().sum(), 11);
}

TEST_F(GroupTest, ManyReloads) {
  StartWith("part_1", "whole_10");
  for (int i = 0; i < 20; ++i) {
    events_.clear();
    const int number = 2 - i % 2;
    Install(absl::StrCat("part_", number), "part");
    Await(Kind::kReloaded, 2);
    ASSERT_EQ(*whole_.exports().sum(), 10 + number);
    Await(Kind::kUnloaded, 2);
  }
}

TEST(GroupOptionsTest, ContradictoryOptions) {
  EXPECT_THAT(std::string(Group({}).Start().message()),
              HasSubstr("the Group has no module"));
  Group group({.module = "a.so"});
  group.Add("b.so");
  EXPECT_THAT(std::string(group.Start().message()),
              HasSubstr("must be empty for a Group"));
}

TEST(GroupOptionsTest, ModulesCannotBeAddedLater) {
  Group group({});
  group.Add("missing.so");
  std::vector<std::string> failed;
  EXPECT_FALSE(group.Start(kPatience).ok());
  group.OnReload([&](const ReloadEvent& event) {
    failed.push_back(event.module);
    EXPECT_THAT(event.ToString(), HasSubstr("add it before"));
  });
  group.Add("late.so");
  EXPECT_THAT(failed, ElementsAre("late.so"));
}

}  // namespace
}  // namespace relib
