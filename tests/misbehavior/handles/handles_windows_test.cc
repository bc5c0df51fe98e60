#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/windows/wine/wine.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Matcher;
using ::testing::StartsWith;

TEST(Handles, ThatAreLeftAreClosedAndNamed) {
  const std::string file = absl::StrCat(MakeDirectory(), "\\file");
  // The first run opens handles that the system keeps.
  ExpectNoGrowth("handles/leaked_windows", file, 1);
  const int before = CountHandles();
  TestModule module = LoadTestModule("handles/leaked_windows");
  EXPECT_EQ(RunTestModule(module, file), 16);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("open file"), nullptr) << report.ToString();
  EXPECT_THAT(report.Find("open file")->items, Contains(FinalPath(file)));
  EXPECT_EQ(report.Find("open file")->count, 3) << report.ToString();
  ASSERT_NE(report.Find("handle"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("handle")->count, 13) << report.ToString();
  EXPECT_THAT(
      report.Find("handle")->items,
      IsSupersetOf<Matcher<std::string>>(
          {"event", "event misbehavior event", "mutex misbehavior mutex",
           "semaphore", "waitable timer", StartsWith("file mapping")}));
  EXPECT_EQ(report.leftovers.size(), 2) << report.ToString();
  EXPECT_EQ(CountHandles(), before);
}

class HandlesByFunction : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(
    Each, HandlesByFunction,
    ::testing::Values("CreateEventExA", "CreateEventExW", "CreateFile2",
                      "CreateFileMappingA", "CreateFileW", "CreateJobObjectA",
                      "CreateJobObjectW", "CreateMailslotA", "CreateMailslotW",
                      "CreateMutexExA", "CreateMutexExW", "CreateMutexW",
                      "CreateNamedPipeA", "CreateNamedPipeW",
                      "CreateSemaphoreA", "CreateSemaphoreExA",
                      "CreateSemaphoreExW", "CreateWaitableTimerA",
                      "CreateWaitableTimerExA", "CreateWaitableTimerExW",
                      "FindFirstChangeNotificationA",
                      "FindFirstChangeNotificationW", "OpenEventA",
                      "OpenEventW", "OpenFileMappingA", "OpenFileMappingW",
                      "OpenMutexA", "OpenSemaphoreA", "OpenSemaphoreW",
                      "OpenWaitableTimerA", "OpenWaitableTimerW", "ReOpenFile"),
    [](const auto& info) { return info.param; });

TEST_P(HandlesByFunction, AreClosed) {
  const std::string argument =
      absl::StrCat(GetParam(), " ", MakeDirectory(), "\\file");
  // The first run opens handles that the system keeps.
  ExpectNoGrowth("handles/by_function_windows", argument, 1);
  const int before = CountHandles();
  TestModule module = LoadTestModule("handles/by_function_windows");
  ASSERT_EQ(RunTestModule(module, argument), 1);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].kind, AnyOf("handle", "open file"));
  EXPECT_EQ(report.leftovers[0].count, 1) << report.ToString();
  EXPECT_EQ(CountHandles(), before);
}

TEST(Handles, OfAProcessAreClosed) {
  TestModule module = LoadTestModule("handles/of_child_windows");
  EXPECT_EQ(RunTestModule(module), 7);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "handle");
  EXPECT_EQ(report.leftovers[0].count, 2) << report.ToString();
}

TEST(Handles, OfFunctionsFoundAtRunTimeAreClosed) {
  TestModule module = LoadTestModule("handles/by_looked_up_function_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre("event misbehavior found"));
}

TEST(Handles, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("handles/closed_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(Handles, ThatAreReleasedToTheHostStayOpen) {
  TestModule module = LoadTestModule("handles/released_windows");
  const int64_t handle =
      RunTestModule(module, absl::StrCat(MakeDirectory(), "\\file"));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_TRUE(IsOpen(handle));
  CloseHandle(reinterpret_cast<HANDLE>(handle));
}

TEST(Handles, ThatSomebodyElseClosedAreForgotten) {
  TestModule module = LoadTestModule("handles/returned_windows");
  CloseHandle(reinterpret_cast<HANDLE>(RunTestModule(module)));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Handles, OfUnixProgramsThatWineDoesNotGiveAreNotTaken) {
  if (!platform::RunsUnderWine())
    GTEST_SKIP() << "only Wine can start Unix programs";
  // Wine keeps handles of its own for each of these processes.
  int before = CountHandles();
  wchar_t command_line[] = L"true";
  STARTUPINFOW startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process = {};
  ASSERT_TRUE(CreateProcessW(L"\\\\?\\unix\\bin\\true", command_line, nullptr,
                             nullptr, FALSE, 0, nullptr, nullptr, &startup,
                             &process));
  const int of_wine = CountHandles() - before;
  before = CountHandles();
  TestModule module = LoadTestModule("handles/of_unix_child_windows");
  EXPECT_EQ(RunTestModule(module), 10);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
  EXPECT_EQ(CountHandles(), before + 10 * of_wine);
}

// The module opens none of these handles in its own code.
TEST(Handles, OfTheRuntimeAreClosedWithoutAWord) {
  TestModule module = LoadTestModule("handles/of_runtime_windows");
  EXPECT_EQ(RunTestModule(module), 4);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(Handles, StayFlat) {
  ExpectNoGrowth("handles/leaked_windows",
                 absl::StrCat(MakeDirectory(), "\\file"));
  ExpectNoGrowth("handles/of_runtime_windows");
}

}  // namespace
}  // namespace relib::misbehavior
