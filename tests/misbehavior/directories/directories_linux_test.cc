#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kKind[] = "directory";

TEST(Directories, ThatAreLeftAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("directories/leaked_linux");
  EXPECT_EQ(RunTestModule(module), 2);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_THAT(report.leftovers[0].items,
              UnorderedElementsAre(EndsWith(" /proc"), EndsWith(" /dev")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Directories, OfADescriptorOfTheHostLeaveItOpen) {
  const int given = open("/dev", O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(CountLeftovers("directories/of_given_descriptor_linux", kKind,
                           absl::StrCat(given)),
            1);
  EXPECT_EQ(TargetOf(given), "/dev");
  close(given);
}

TEST(Directories, ThatAreReleasedToTheHostGoOn) {
  TestModule module = LoadTestModule("directories/released_linux");
  DIR* directory = reinterpret_cast<DIR*>(RunTestModule(module));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_NE(readdir(directory), nullptr);
  EXPECT_EQ(closedir(directory), 0);
}

TEST(Directories, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("directories/closed_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Directories, StayFlat) { ExpectNoGrowth("directories/leaked_linux"); }

}  // namespace
}  // namespace relib::misbehavior
