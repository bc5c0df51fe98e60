#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/windows/wine.h"
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
  const std::string file = absl::StrCat(MakeFolder(), "\\file");
  // The first time brings what the system keeps.
  ExpectFlat("handles/leaked_windows", file, 1);
  const int before = CountHandles();
  EntryModule module = LoadEntry("handles/leaked_windows");
  EXPECT_EQ(RunEntry(module, file), 16);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_NE(report.Find("open file"), nullptr) << report.ToString();
  EXPECT_THAT(report.Find("open file")->items, Contains(FinalPath(file)));
  EXPECT_EQ(report.Find("open file")->count, 3) << report.ToString();
  ASSERT_NE(report.Find("handle"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("handle")->count, 13) << report.ToString();
  EXPECT_THAT(report.Find("handle")->items,
              IsSupersetOf<Matcher<std::string>>(
                  {"event", "event catalogue event", "mutex catalogue mutex",
                   "semaphore", "waitable timer", StartsWith("file mapping")}));
  EXPECT_EQ(report.left.size(), 2) << report.ToString();
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
      absl::StrCat(GetParam(), " ", MakeFolder(), "\\file");
  // The first time brings what the system keeps.
  ExpectFlat("handles/by_function_windows", argument, 1);
  const int before = CountHandles();
  EntryModule module = LoadEntry("handles/by_function_windows");
  ASSERT_EQ(RunEntry(module, argument), 1);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_THAT(report.left[0].kind, AnyOf("handle", "open file"));
  EXPECT_EQ(report.left[0].count, 1) << report.ToString();
  EXPECT_EQ(CountHandles(), before);
}

TEST(Handles, OfAProcessAreClosed) {
  EntryModule module = LoadEntry("handles/of_child_windows");
  EXPECT_EQ(RunEntry(module), 7);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "handle");
  EXPECT_EQ(report.left[0].count, 2) << report.ToString();
}

TEST(Handles, OfFunctionsFoundAtRunTimeAreClosed) {
  EntryModule module = LoadEntry("handles/by_looked_up_function_windows");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_THAT(report.left[0].items, ElementsAre("event catalogue found"));
}

TEST(Handles, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("handles/closed_windows");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.left, IsEmpty()) << report.ToString();
}

TEST(Handles, ThatAreReleasedToTheHostStayOpen) {
  EntryModule module = LoadEntry("handles/released_windows");
  const int64_t handle = RunEntry(module, absl::StrCat(MakeFolder(), "\\file"));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_TRUE(IsOpen(handle));
  CloseHandle(reinterpret_cast<HANDLE>(handle));
}

TEST(Handles, ThatSomebodyElseClosedAreForgotten) {
  EntryModule module = LoadEntry("handles/returned_windows");
  CloseHandle(reinterpret_cast<HANDLE>(RunEntry(module)));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Handles, OfUnixProgramsThatWineDoesNotGiveAreNotTaken) {
  if (!platform::RunsUnderWine()) GTEST_SKIP() << "there is no Unix below";
  // Wine keeps some of its own for each.
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
  EntryModule module = LoadEntry("handles/of_unix_child_windows");
  EXPECT_EQ(RunEntry(module), 10);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.left, IsEmpty()) << report.ToString();
  EXPECT_EQ(CountHandles(), before + 10 * of_wine);
}

// Nobody has written a line that takes them.
TEST(Handles, OfTheRuntimeAreClosedWithoutAWord) {
  EntryModule module = LoadEntry("handles/of_runtime_windows");
  EXPECT_EQ(RunEntry(module), 4);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.left, IsEmpty()) << report.ToString();
}

TEST(Handles, StayFlat) {
  ExpectFlat("handles/leaked_windows", absl::StrCat(MakeFolder(), "\\file"));
  ExpectFlat("handles/of_runtime_windows");
}

}  // namespace
}  // namespace relib::misbehavior
