#include <windows.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(Directories, ThatAreLeftAreClosed) {
  const std::string folder = MakeFolder();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(CountLeft("directories_windows_left", "directory", folder), 2);
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
    EntryModule module = LoadEntry("directories_windows_by_function");
    EXPECT_EQ(RunEntry(module, absl::StrCat(function, " ", folder)), 1);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "directory");
    EXPECT_EQ(report.leftovers[0].count, 1);
    EXPECT_TRUE(RemoveDirectoryA(folder.c_str())) << GetLastError();
  }
}

TEST(Directories, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("directories_windows_closed");
  EXPECT_EQ(RunEntry(module, MakeFolder()), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::catalogue
