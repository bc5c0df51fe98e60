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
  ExpectFlat("descriptors/leaked_windows", MakeFolder(), 1);
  const int before = CountHandles();
  const std::string folder = MakeFolder();
  EntryModule module = LoadEntry("descriptors/leaked_windows");
  EXPECT_EQ(RunEntry(module, folder), 8);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 8) << report.ToString();
  EXPECT_THAT(report.left[0].items,
              Contains(EndsWith(FinalPath(folder) + "\\open")));
  EXPECT_THAT(report.left[0].items, Contains(EndsWith(" pipe")));
  EXPECT_EQ(CountHandles(), before);
}

TEST(Descriptors, OfEachFunctionAreClosed) {
  for (const char* function :
       {"_wopen", "_wsopen", "_wcreat", "_sopen_s", "_wsopen_s"}) {
    const std::string folder = MakeFolder();
    EntryModule module = LoadEntry("descriptors/by_function_windows");
    EXPECT_EQ(RunEntry(module, absl::StrCat(function, " ", folder)), 1);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, kKind);
    EXPECT_THAT(
        report.left[0].items,
        ElementsAre(EndsWith(absl::StrCat(FinalPath(folder), "\\", function))));
  }
}

TEST(Descriptors, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("descriptors/closed_windows");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Descriptors, ThatAreReleasedToTheHostStayOpen) {
  EntryModule module = LoadEntry("descriptors/released_windows");
  const auto released =
      static_cast<int>(RunEntry(module, MakeFolder() + "/file"));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_EQ(_close(released), 0);
}

TEST(Descriptors, ThatWereReplacedArePutBack) {
  const std::string folder = MakeFolder();
  const int target = _creat((folder + "/host").c_str(), 0600);
  for (const char* end : {"", " closed"}) {
    const std::string file = absl::StrCat(folder, "/over", end + (*end != 0));
    EntryModule module = LoadEntry("descriptors/over_hosts_windows");
    EXPECT_EQ(RunEntry(module, absl::StrCat(target, " ", file, end)), 0);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "replaced descriptor");
    EXPECT_EQ(ContentOf(file), "from the module");
  }
  EXPECT_EQ(_write(target, "from the host", 13), 13);
  _close(target);
  EXPECT_EQ(ContentOf(folder + "/host"), "from the host");
}

}  // namespace
}  // namespace relib::misbehavior
