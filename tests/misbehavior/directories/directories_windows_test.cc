#include <windows.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(Directories, ThatAreLeftAreClosed) {
  const std::string folder = MakeFolder();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(CountLeft("directories/leaked_windows", "directory", folder), 2);
  }
  // On Windows a search holds the folder.
  EXPECT_TRUE(RemoveDirectoryA(folder.c_str())) << GetLastError();
}

TEST(Directories, SearchedByEachFunctionAreClosed) {
  for (const char* function :
       {"FindFirstFileW", "FindFirstFileExA", "FindFirstFileExW", "_findfirst",
        "_findfirst32", "_findfirst64", "_findfirst64i32", "_findfirsti64",
        "_wfindfirst", "_wfindfirst32", "_wfindfirst64", "_wfindfirst64i32",
        "_wfindfirsti64"}) {
    SCOPED_TRACE(function);
    const std::string folder = MakeFolder();
    EntryModule module = LoadEntry("directories/by_function_windows");
    EXPECT_EQ(RunEntry(module, absl::StrCat(function, " ", folder)), 1);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "directory");
    EXPECT_EQ(report.left[0].count, 1);
    EXPECT_TRUE(RemoveDirectoryA(folder.c_str())) << GetLastError();
  }
}

TEST(Directories, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("directories/closed_windows");
  EXPECT_EQ(RunEntry(module, MakeFolder()), 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
