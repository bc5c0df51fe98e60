// Tests of Reloader: rolling back to an earlier version after a crash.

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"

namespace relib {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = ReloadEvent::Kind;

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

  // The file that has crashed is not loaded again.
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
              HasSubstr("no earlier version to go back to"));
  EXPECT_EQ(failed.version, 0);
  EXPECT_THAT(failed.ToString(), Not(HasSubstr("continues to run")));
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
