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
  const std::string directory = MakeDirectory();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(
        CountLeftovers("directories/leaked_windows", "directory", directory),
        2);
  }
  // Windows removes no directory that is being searched.
  EXPECT_TRUE(RemoveDirectoryA(directory.c_str())) << GetLastError();
}

TEST(Directories, SearchedByEachFunctionAreClosed) {
  for (const char* function :
       {"FindFirstFileW", "FindFirstFileExA", "FindFirstFileExW", "_findfirst",
        "_findfirst32", "_findfirst64", "_findfirst64i32", "_findfirsti64",
        "_wfindfirst", "_wfindfirst32", "_wfindfirst64", "_wfindfirst64i32",
        "_wfindfirsti64"}) {
    SCOPED_TRACE(function);
    const std::string directory = MakeDirectory();
    TestModule module = LoadTestModule("directories/by_function_windows");
    EXPECT_EQ(RunTestModule(module, absl::StrCat(function, " ", directory)), 1);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "directory");
    EXPECT_EQ(report.leftovers[0].count, 1);
    EXPECT_TRUE(RemoveDirectoryA(directory.c_str())) << GetLastError();
  }
}

TEST(Directories, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("directories/closed_windows");
  EXPECT_EQ(RunTestModule(module, MakeDirectory()), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
