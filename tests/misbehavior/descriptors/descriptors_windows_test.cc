#include <io.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

constexpr char kKind[] = "open file";

TEST(Descriptors, ThatAreLeftAreClosedAndNamed) {
  ExpectNoGrowth("descriptors/leaked_windows", MakeDirectory(), 1);
  const int before = CountHandles();
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("descriptors/leaked_windows");
  EXPECT_EQ(RunTestModule(module, directory), 8);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 8) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              Contains(EndsWith(FinalPath(directory) + "\\open")));
  EXPECT_THAT(report.leftovers[0].items, Contains(EndsWith(" pipe")));
  EXPECT_EQ(CountHandles(), before);
}

TEST(Descriptors, OfEachFunctionAreClosed) {
  for (const char* function :
       {"_wopen", "_wsopen", "_wcreat", "_sopen_s", "_wsopen_s"}) {
    const std::string directory = MakeDirectory();
    TestModule module = LoadTestModule("descriptors/by_function_windows");
    EXPECT_EQ(RunTestModule(module, absl::StrCat(function, " ", directory)), 1);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, kKind);
    EXPECT_THAT(report.leftovers[0].items,
                ElementsAre(EndsWith(
                    absl::StrCat(FinalPath(directory), "\\", function))));
  }
}

TEST(Descriptors, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("descriptors/closed_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Descriptors, ThatAreReleasedToTheHostStayOpen) {
  TestModule module = LoadTestModule("descriptors/released_windows");
  const auto released =
      static_cast<int>(RunTestModule(module, MakeDirectory() + "/file"));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_EQ(_close(released), 0);
}

TEST(Descriptors, ThatWereReplacedArePutBack) {
  const std::string directory = MakeDirectory();
  const int target = _creat((directory + "/host").c_str(), 0600);
  for (const char* end : {"", " closed"}) {
    const std::string file =
        absl::StrCat(directory, "/over", end + (*end != 0));
    TestModule module = LoadTestModule("descriptors/over_hosts_windows");
    EXPECT_EQ(RunTestModule(module, absl::StrCat(target, " ", file, end)), 0);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "replaced descriptor");
    EXPECT_EQ(FileContent(file), "from the module");
  }
  EXPECT_EQ(_write(target, "from the host", 13), 13);
  _close(target);
  EXPECT_EQ(FileContent(directory + "/host"), "from the host");
}

}  // namespace
}  // namespace relib::misbehavior
