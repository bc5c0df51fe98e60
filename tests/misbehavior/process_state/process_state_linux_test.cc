#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::StrEq;

constexpr char kKind[] = "process state";

TEST(ProcessState, ThatTheHostHasSetSinceIsNotReported) {
  const std::filesystem::path directory = std::filesystem::current_path();
  const mode_t mask = umask(022);
  setenv("MISBEHAVIOR_UNSET", "by the host", 1);
  sigset_t signals;
  pthread_sigmask(SIG_SETMASK, nullptr, &signals);
  TestModule module = LoadTestModule("process_state/changed_linux");
  EXPECT_EQ(RunTestModule(module, MakeDirectory()), 0);
  pthread_sigmask(SIG_SETMASK, &signals, nullptr);
  std::filesystem::current_path(MakeDirectory());
  umask(027);
  setlocale(LC_ALL, "POSIX");
  setenv("MISBEHAVIOR_SET", "by the host", 1);
  setenv("MISBEHAVIOR_UNSET", "again", 1);
  const UnloadReport report = UnloadTestModule(module);
  const Leftover* state = report.Find(kKind);
  if (state != nullptr) {
    EXPECT_THAT(state->items, Each(StartsWith("signal mask")));
  }
  EXPECT_EQ(umask(mask), 027);
  EXPECT_THAT(getenv("MISBEHAVIOR_SET"), StrEq("by the host"));
  unsetenv("MISBEHAVIOR_SET");
  unsetenv("MISBEHAVIOR_UNSET");
  setlocale(LC_ALL, "C");
  std::filesystem::current_path(directory);
}

TEST(ProcessState, ThatWasChangedIsReportedAndStays) {
  const std::filesystem::path directory = std::filesystem::current_path();
  const std::string other = MakeDirectory();
  const mode_t mask = umask(022);
  setenv("MISBEHAVIOR_UNSET", "by the host", 1);
  TestModule module = LoadTestModule("process_state/changed_linux");
  EXPECT_EQ(RunTestModule(module, other), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_THAT(
      report.leftovers[0].items,
      ElementsAre(
          absl::StrCat("working directory: ", other), "umask: 123, was 022",
          "locale: C.UTF-8, was C",
          "environment variable MISBEHAVIOR_SET: by the module, was not set",
          "environment variable MISBEHAVIOR_UNSET: not set, was by the host",
          StartsWith(absl::StrCat("signal mask of thread ",
                                  platform::CurrentThreadId(), ": SIGUSR2"))));

  EXPECT_EQ(std::filesystem::current_path(), other);
  EXPECT_EQ(umask(mask), 0123);
  EXPECT_THAT(setlocale(LC_ALL, "C"), StrEq("C"));
  EXPECT_THAT(getenv("MISBEHAVIOR_SET"), StrEq("by the module"));
  unsetenv("MISBEHAVIOR_SET");
  sigset_t signals;
  pthread_sigmask(SIG_SETMASK, nullptr, &signals);
  EXPECT_EQ(sigismember(&signals, SIGUSR2), 1);
  sigdelset(&signals, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &signals, nullptr);
  std::filesystem::current_path(directory);
}

TEST(ProcessState, ThatWasPutBackIsNotReported) {
  TestModule module = LoadTestModule("process_state/restored_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(ProcessState, TheEnvironmentKeepsCopiesOfTheModulesStrings) {
  TestModule module = LoadTestModule("process_state/putenv_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  // The host replaces one of the strings.
  setenv("MISBEHAVIOR_SECOND", "of the host", 1);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre("environment variable MISBEHAVIOR_FIRST: In the "
                          "image, was not set"));
  EXPECT_THAT(getenv("MISBEHAVIOR_FIRST"), StrEq("In the image"));
  EXPECT_THAT(getenv("MISBEHAVIOR_SECOND"), StrEq("of the host"));
  for (char** variable = environ; *variable != nullptr; ++variable) {
    EXPECT_NE(std::string(*variable), "");
  }
  unsetenv("MISBEHAVIOR_FIRST");
  unsetenv("MISBEHAVIOR_SECOND");
}

TEST(ProcessState, AClearedEnvironmentIsReportedByVariable) {
  std::vector<std::pair<std::string, std::string>> before;
  setenv("MISBEHAVIOR_CLEARED", "by the host", 1);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    before.push_back(absl::StrSplit(*variable, absl::MaxSplits('=', 1)));
  }
  TestModule module = LoadTestModule("process_state/clearenv_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(getenv("MISBEHAVIOR_CLEARED"), nullptr);
  const UnloadReport report = UnloadTestModule(module);
  for (const auto& [name, value] : before) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  unsetenv("MISBEHAVIOR_CLEARED");
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, before.size()) << report.ToString();
  EXPECT_THAT(report.leftovers[0].items,
              Contains("environment variable MISBEHAVIOR_CLEARED: not set, was "
                       "by the host"));
}

TEST(ProcessState, AChildThatSharesMemoryChangesNoRecords) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("process_state/vfork_linux");
  EXPECT_EQ(RunTestModule(module), 7);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "open file");
  EXPECT_EQ(report.leftovers[0].count, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(ProcessState, StaysFlat) {
  ExpectNoGrowth("process_state/restored_linux");
  ExpectNoGrowth("process_state/putenv_linux");
  unsetenv("MISBEHAVIOR_FIRST");
  unsetenv("MISBEHAVIOR_SECOND");
}

}  // namespace
}  // namespace relib::misbehavior
