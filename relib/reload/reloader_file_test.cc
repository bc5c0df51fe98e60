// Tests of Reloader without a build command: it watches the file of the module,
// which somebody else builds.

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/reload/reloader.h"
#include "relib/reload/reloader_fixture.h"

namespace relib {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ReloadEvent::Kind;

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

TEST_F(ReloaderTest, FileIsLoadedWhenAnotherReplacesIt) {
  StartFileWith("version_1");
  Install("version_2", directory_ / "temporary");
  std::filesystem::rename(directory_ / "temporary", module_);
  Await(Kind::kReloaded);
  EXPECT_EQ(Number(), 2);
}

TEST_F(ReloaderTest, FileIsLoadedWhenItWasDeletedAndRecreated) {
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
  // Write the file in place, as some linkers do. The pause after each part is
  // long enough for the changes to settle.
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

}  // namespace
}  // namespace relib
