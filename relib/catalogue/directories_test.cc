#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kKind[] = "directory";

TEST(Directories, ThatAreLeftAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("directories_left");
  EXPECT_EQ(RunEntry(module), 2);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_THAT(report.leftovers[0].items,
              UnorderedElementsAre(EndsWith(" /proc"), EndsWith(" /dev")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Directories, OfADescriptorOfTheHostLeaveItOpen) {
  const int given = open("/dev", O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(
      CountLeft("directories_of_given_descriptor", kKind, absl::StrCat(given)),
      1);
  EXPECT_EQ(TargetOf(given), "/dev");
  close(given);
}

TEST(Directories, ThatAreReleasedToTheHostGoOn) {
  EntryModule module = LoadEntry("directories_released");
  DIR* directory = reinterpret_cast<DIR*>(RunEntry(module));
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_NE(readdir(directory), nullptr);
  EXPECT_EQ(closedir(directory), 0);
}

TEST(Directories, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("directories_closed");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Directories, StayFlat) { ExpectFlat("directories_left"); }

}  // namespace
}  // namespace relib::catalogue
