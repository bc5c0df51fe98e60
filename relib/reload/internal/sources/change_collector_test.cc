#include "relib/reload/internal/sources/change_collector.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/monotonic_time.h"
#include "tests/support/test_files.h"

namespace relib::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ChangeCollectorTest : public ::testing::Test {
 protected:
  ChangeCollector Collector(absl::Duration debounce = absl::Milliseconds(20)) {
    return ChangeCollector({{.spelled = "src", .absolute = directory_.path()}},
                           NameFilter({}), debounce);
  }

  // Collects until there is a change.
  static void Collect(ChangeCollector& collector) {
    const platform::MonotonicTime deadline =
        platform::MonotonicTime::Now() + absl::Seconds(30);
    while (collector.empty() && platform::MonotonicTime::Now() < deadline) {
      ASSERT_TRUE(collector.Collect(absl::Milliseconds(100)).ok());
    }
  }

  TestDirectory directory_;
};

TEST_F(ChangeCollectorTest, NothingHasChanged) {
  ChangeCollector collector = Collector();
  EXPECT_FALSE(collector.watching());
  EXPECT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  EXPECT_TRUE(collector.watching());
  EXPECT_TRUE(collector.empty());
  EXPECT_EQ(collector.settles_at(), platform::MonotonicTime::InfiniteFuture());
}

TEST_F(ChangeCollectorTest, FilesAreSpelledAsInTheOptions) {
  ChangeCollector collector = Collector();
  ASSERT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  const platform::MonotonicTime before = platform::MonotonicTime::Now();
  WriteFile(directory_ / "a.cc", "x");
  Collect(collector);
  const ChangeBatch batch = collector.Take();
  ASSERT_EQ(batch.files.size(), 1);
  EXPECT_EQ(std::filesystem::path(batch.files[0]).generic_string(), "src/a.cc");
  // The clock of the file system may lag some milliseconds behind.
  EXPECT_GE(batch.since, before - absl::Milliseconds(100));
  EXPECT_LE(batch.since, platform::MonotonicTime::Now());
  EXPECT_TRUE(collector.empty());
}

TEST_F(ChangeCollectorTest, EachChangePostponesTheEndButNotForever) {
  constexpr absl::Duration kDebounce = absl::Milliseconds(50);
  ChangeCollector collector = Collector(kDebounce);
  ASSERT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  WriteFile(directory_ / "a.cc", "x");
  Collect(collector);
  const platform::MonotonicTime first = collector.settles_at();
  platform::MonotonicTime last = first;
  while (platform::MonotonicTime::Now() < first + 12 * kDebounce) {
    WriteFile(directory_ / "a.cc", "y");
    ASSERT_TRUE(collector.Collect(absl::Milliseconds(20)).ok());
    absl::SleepFor(absl::Milliseconds(5));
    EXPECT_GE(collector.settles_at(), last);
    last = collector.settles_at();
  }
  EXPECT_GT(last, first);
  const ChangeBatch batch = collector.Take();
  EXPECT_EQ(last, batch.since + 10 * kDebounce);
  EXPECT_EQ(batch.files.size(), 1);
}

TEST_F(ChangeCollectorTest, ANamedFileIsNeverIgnored) {
  ChangeCollector collector(
      {{.spelled = "lib.so", .absolute = directory_ / "lib.so"}},
      NameFilter({}), absl::Milliseconds(20));
  ASSERT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  WriteFile(directory_ / "lib.so", "x");
  Collect(collector);
  EXPECT_THAT(collector.Take().files, ElementsAre("lib.so"));
}

TEST_F(ChangeCollectorTest, AMovedFileHasChangedJustNow) {
  WriteFile(directory_ / "old.tmp", "x");
  std::filesystem::last_write_time(
      directory_ / "old.tmp",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  ChangeCollector collector = Collector();
  ASSERT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  const platform::MonotonicTime before = platform::MonotonicTime::Now();
  std::filesystem::rename(directory_ / "old.tmp", directory_ / "new.cc");
  Collect(collector);
  EXPECT_GE(collector.Take().since, before);
}

TEST_F(ChangeCollectorTest, TimeOfAnEarlierBuildIsCounted) {
  ChangeCollector collector = Collector();
  ASSERT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  collector.BuildEnded(platform::MonotonicTime::Now());
  WriteFile(directory_ / "a.cc", "x");
  Collect(collector);
  const platform::MonotonicTime end =
      platform::MonotonicTime::Now() + absl::Seconds(5);
  collector.BuildEnded(end);
  const ChangeBatch batch = collector.Take();
  EXPECT_EQ(batch.since + batch.waited_for_build, end);
}

TEST_F(ChangeCollectorTest, ANewDirectoryHasChanged) {
  ChangeCollector collector(
      {{.spelled = "later/src", .absolute = directory_ / "later/src"}},
      NameFilter({}), absl::Milliseconds(20));
  const absl::Status status = collector.Collect(absl::ZeroDuration());
  EXPECT_THAT(status.message(), HasSubstr("later"));
  EXPECT_FALSE(collector.watching());
  std::filesystem::create_directories(directory_ / "later/src");
  EXPECT_TRUE(collector.Collect(absl::ZeroDuration()).ok());
  EXPECT_THAT(collector.Take().files, ElementsAre("later/src"));
}

}  // namespace
}  // namespace relib::internal
