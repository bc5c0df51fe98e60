#include <windows.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/windows/wine/wine.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"

namespace relib::catalogue {
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
  ExpectFlat("handles_windows_left", file, 1);
  const int before = CountHandles();
  EntryModule module = LoadEntry("handles_windows_left");
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
      absl::StrCat(GetParam(), " ", MakeFolder(), "\\file");
  // The first time brings what the system keeps.
  ExpectFlat("handles_windows_by_function", argument, 1);
  const int before = CountHandles();
  EntryModule module = LoadEntry("handles_windows_by_function");
  ASSERT_EQ(RunEntry(module, argument), 1);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].kind, AnyOf("handle", "open file"));
  EXPECT_EQ(report.leftovers[0].count, 1) << report.ToString();
  EXPECT_EQ(CountHandles(), before);
}

TEST(Handles, OfAProcessAreClosed) {
  EntryModule module = LoadEntry("handles_windows_of_process");
  EXPECT_EQ(RunEntry(module), 7);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "handle");
  EXPECT_EQ(report.leftovers[0].count, 2) << report.ToString();
}

TEST(Handles, OfFunctionsFoundAtRunTimeAreClosed) {
  EntryModule module = LoadEntry("handles_windows_found");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items, ElementsAre("event catalogue found"));
}

TEST(Handles, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("handles_windows_closed");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(Handles, ThatAreReleasedToTheHostStayOpen) {
  EntryModule module = LoadEntry("handles_windows_released");
  const int64_t handle = RunEntry(module, absl::StrCat(MakeFolder(), "\\file"));
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_TRUE(IsOpen(handle));
  CloseHandle(reinterpret_cast<HANDLE>(handle));
}

TEST(Handles, ThatSomebodyElseClosedAreForgotten) {
  EntryModule module = LoadEntry("handles_windows_returned");
  CloseHandle(reinterpret_cast<HANDLE>(RunEntry(module)));
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
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
  EntryModule module = LoadEntry("handles_windows_unix_program");
  EXPECT_EQ(RunEntry(module), 10);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
  EXPECT_EQ(CountHandles(), before + 10 * of_wine);
}

// Nobody has written a line that takes them.
TEST(Handles, OfTheRuntimeAreClosedWithoutAWord) {
  EntryModule module = LoadEntry("handles_windows_of_runtime");
  EXPECT_EQ(RunEntry(module), 4);
  const UnloadReport report = UnloadEntry(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(Handles, StayFlat) {
  ExpectFlat("handles_windows_left", absl::StrCat(MakeFolder(), "\\file"));
  ExpectFlat("handles_windows_of_runtime");
}

}  // namespace
}  // namespace relib::catalogue
