// Tests of Reloader and Group: functions of the program that throw inside of
// Poll(), Start() and Stop().

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/reload/group.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"
#include "relib/reload/testdata/parts.h"
#include "relib/reload/testdata/versioned.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = ReloadEvent::Kind;

class ReloadExceptionsTest : public ReloaderTest {
 protected:
  // Polls until an event of the given kind, like Await(). Returns the messages
  // of the exceptions that Poll() throws.
  std::vector<std::string> PollThrowing(Kind kind) {
    std::vector<std::string> thrown;
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      for (const ReloadEvent& event : events_) {
        if (event.kind == kind) return thrown;
      }
      try {
        reloader_->Poll(absl::Milliseconds(50));
      } catch (const std::exception& exception) {
        thrown.emplace_back(exception.what());
      }
    }
    ADD_FAILURE() << "no " << ToString(kind);
    return thrown;
  }
  int NumberOnAnotherThread() {
    int number = 0;
    std::thread([&] { number = Number(); }).join();
    return number;
  }
};

TEST_F(ReloadExceptionsTest, EveryEventMayThrow) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  // No unload is delayed on a busy machine.
  options.unload_deadline = kPatience;
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  events_.clear();
  on_event_ = [](const ReloadEvent& event) {
    throw std::runtime_error(std::string(ToString(event.kind)));
  };
  Stage("version_2");
  Save();
  EXPECT_THAT(PollThrowing(Kind::kUnloaded),
              ElementsAre("kBuildStarted", "kReloaded", "kUnloaded"));
  EXPECT_EQ(NumberOnAnotherThread(), 2);
  EXPECT_TRUE(reloader_->status().ok());

  events_.clear();
  WriteFile(directory_ / "fail", "an error");
  Save();
  EXPECT_THAT(PollThrowing(Kind::kBuildFailed),
              ElementsAre("kBuildStarted", "kBuildFailed"));
  std::filesystem::remove(directory_ / "fail");

  events_.clear();
  Stage("throws");
  Save();
  EXPECT_THAT(PollThrowing(Kind::kLoadFailed),
              ElementsAre("kBuildStarted", "kLoadFailed"));
  EXPECT_EQ(NumberOnAnotherThread(), 2);

  events_.clear();
  EXPECT_THROW(reloader_->Stop().IgnoreError(), std::runtime_error);
  EXPECT_THAT(Kinds(events_), ElementsAre(Kind::kUnloaded));
  EXPECT_TRUE(reloader_->Stop().ok());
  EXPECT_EQ(reloader_->version(), 0);
}

TEST_F(ReloadExceptionsTest, OnIncompatibleMayThrow) {
  Stage("version_1");
  ReloadOptions options = BuildOptions();
  options.on_incompatible = [](const absl::Status&) {
    throw std::runtime_error("incompatible");
  };
  Create(std::move(options));
  ASSERT_TRUE(reloader_->Start(kPatience).ok());
  events_.clear();
  Stage("other_interface");
  Save();
  // The exception comes with the event, which ends the wait.
  EXPECT_THAT(PollThrowing(Kind::kLoadFailed), ElementsAre("incompatible"));
  EXPECT_EQ(NumberOnAnotherThread(), 1);
  events_.clear();
  Stage("version_2");
  Save();
  Await(Kind::kReloaded);
  EXPECT_EQ(NumberOnAnotherThread(), 2);
}

TEST_F(ReloadExceptionsTest, AFirstCallThatThrowsIsAFailedLoad) {
  StartWith("version_1");
  reloader_->SetFirstCall([](const VersionedExports&) -> absl::Status {
    throw std::out_of_range("as StatusOr::value() may");
  });
  Stage("version_2");
  Save();
  const ReloadEvent event = Await(Kind::kLoadFailed);
  ASSERT_TRUE(ExceptionOf(event.status).has_value()) << event.status;
  EXPECT_EQ(ExceptionOf(event.status)->type, "std::out_of_range");
  EXPECT_THAT(std::string(event.status.message()),
              HasSubstr("SetFirstCall() threw std::out_of_range: as StatusOr"));
  EXPECT_EQ(NumberOnAnotherThread(), 1);
  // An exception is no longer in the way of the next version.
  reloader_->SetFirstCall(
      [](const VersionedExports&) { return absl::OkStatus(); });
  events_.clear();
  Stage("version_3");
  Save();
  Await(Kind::kReloaded);
  EXPECT_EQ(NumberOnAnotherThread(), 3);
}

TEST(GroupExceptionsTest, ImportsThatCanNotBeMadeAreAFailedLoad) {
  TestDirectory directory;
  InstallMember(directory, "part_1", "part");
  InstallMember(directory, "whole_10", "whole");
  Group group({.working_directory = directory.path()});
  bool throws = true;
  const Member<PartExports> part =
      group.Add<PartExports>(absl::StrCat("part", platform::kLibrarySuffix));
  const Member<WholeExports> whole = group.Add<WholeExports>(
      absl::StrCat("whole", platform::kLibrarySuffix), [&] {
        if (throws) throw std::runtime_error("no imports yet");
        return WholeImports{.part = part.Link(&PartExports::number),
                            .meanwhile = [] {}};
      });
  const absl::Status status = group.Start(kPatience);
  ASSERT_TRUE(ExceptionOf(status).has_value()) << status;
  EXPECT_EQ(ExceptionOf(status)->what, "no imports yet");
  EXPECT_EQ(part.version(), 0);
  throws = false;
  InstallMember(directory, "whole_20", "whole");
  ASSERT_TRUE(Eventually([&] {
    group.Poll(absl::Milliseconds(20));
    return whole.version() == 1;
  }));
  EXPECT_EQ(whole.exports().sum().value_or(-1), 21);
}

}  // namespace
}  // namespace relib
