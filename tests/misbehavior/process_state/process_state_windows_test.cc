#include <io.h>
#include <sys/stat.h>
#include <windows.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::StrEq;

TEST(ProcessState, ThatWasChangedIsReportedAndStays) {
  const std::filesystem::path directory = std::filesystem::current_path();
  const std::string other = MakeDirectory();
  const int mask = _umask(0);
  _putenv("MISBEHAVIOR_UNSET=by the host");
  const UINT mode = SetErrorMode(0);
  TestModule module = LoadTestModule("process_state/changed_windows");
  EXPECT_EQ(RunTestModule(module, other), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "process state");
  EXPECT_THAT(
      report.leftovers[0].items,
      ElementsAre(
          StartsWith("working directory: "), "umask: 200, was 000",
          StartsWith("locale: "),
          "environment variable MISBEHAVIOR_SET: by the module, was not set",
          "environment variable MISBEHAVIOR_UNSET: not set, was by the host",
          "error mode: 0x5, was 0", "priority class: 0x4000, was 0x20"));

  EXPECT_TRUE(std::filesystem::equivalent(".", other));
  EXPECT_EQ(_umask(mask), 0200);
  EXPECT_THAT(std::getenv("MISBEHAVIOR_SET"), StrEq("by the module"));
  std::setlocale(LC_ALL, "C");
  SetErrorMode(mode);
  SetPriorityClass(GetCurrentProcess(), NORMAL_PRIORITY_CLASS);
  std::filesystem::current_path(directory);
}

TEST(ProcessState, OfOtherFunctionsIsReportedAsWell) {
  const std::filesystem::path directory = std::filesystem::current_path();
  const std::string other = MakeDirectory();
  TestModule module = LoadTestModule("process_state/by_function_windows");
  EXPECT_EQ(RunTestModule(module, other), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_TRUE(std::filesystem::equivalent(".", other));
  std::setlocale(LC_ALL, "C");
  std::filesystem::current_path(directory);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(
      report.leftovers[0].items,
      ElementsAre(StartsWith("working directory: "), StartsWith("locale: "),
                  "environment variable MISBEHAVIOR_FIRST: 1, was not set",
                  "environment variable MISBEHAVIOR_SECOND: 2, was not set",
                  "environment variable MISBEHAVIOR_THIRD: 3, was not set"));
}

TEST(ProcessState, ThatWasPutBackIsNotReported) {
  TestModule module = LoadTestModule("process_state/restored_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

}  // namespace
}  // namespace relib::misbehavior
