#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr char kKind[] = "open file";

// Unloads the module, which leaves `count` descriptors and nothing else.
void ExpectClosed(TestModule& module, int64_t count) {
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, count);
}

TEST(Descriptors, ThatAreLeftAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("descriptors/leaked_linux");
  const int64_t opened = RunTestModule(module, directory);
  EXPECT_EQ(opened, 18);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, opened);
  EXPECT_THAT(report.Find(kKind)->items,
              Contains(MatchesRegex("[0-9]+ .*/misbehavior.*/open")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, ThatAStaticDestructorLeavesAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/leaked_by_destructor_linux");
  EXPECT_EQ(RunTestModule(module, "/dev/zero"), 0);
  EXPECT_EQ(OpenDescriptors(), before);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 1);
  EXPECT_THAT(report.leftovers[0].items, ElementsAre(EndsWith(" /dev/zero")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfAllSortsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/not_files_linux");
  const int64_t made = RunTestModule(module);
  EXPECT_EQ(made, 27);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, made);
  EXPECT_THAT(report.Find(kKind)->items, Contains(EndsWith(" pipe")));
  EXPECT_THAT(report.Find(kKind)->items, Contains(EndsWith(" socket")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, ThatRequestsReturnAreClosed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/by_requests_linux");
  const int64_t opened = RunTestModule(module);
  EXPECT_GE(opened, 4);
  ExpectClosed(module, opened);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OpenedByFortifiedFunctionsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("descriptors/fortified_linux");
  EXPECT_EQ(RunTestModule(module, directory), 4);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 4);
  EXPECT_THAT(report.leftovers[0].items, Each(EndsWith(" " + directory)));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfTerminalsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/terminals_linux");
  const int64_t made = RunTestModule(module);
  EXPECT_EQ(made, 4);
  ExpectClosed(module, made);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfFanotifyAreClosed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/fanotify_linux");
  const int64_t error = RunTestModule(module);
  if (error == EPERM || error == ENOSYS) {
    GTEST_SKIP() << "only root may: " << std::strerror(static_cast<int>(error));
  }
  ASSERT_EQ(error, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OpenedByHandleAreClosed) {
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/by_handle_linux");
  const int64_t error = RunTestModule(module, MakeDirectory());
  if (error != 0) {
    GTEST_SKIP() << "only root may: " << std::strerror(static_cast<int>(error));
  }
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, ThatTheModuleWasGivenStayOpen) {
  const int given = open("/dev/zero", O_RDONLY);
  TestModule module = LoadTestModule("descriptors/given_linux");
  EXPECT_EQ(RunTestModule(module, absl::StrCat(given)), 2);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(given), "/dev/zero");
  close(given);
}

TEST(Descriptors, ThatAreReleasedToTheHostStayOpen) {
  TestModule module = LoadTestModule("descriptors/released_linux");
  const int released = static_cast<int>(RunTestModule(module, "/dev/zero"));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(released), "/dev/zero");
  close(released);
}

TEST(Descriptors, WhoseNumberIsAnotherFileByNowStayOpen) {
  TestModule module = LoadTestModule("descriptors/returned_linux");
  const int returned = static_cast<int>(RunTestModule(module, "/dev/zero"));
  close(returned);
  ASSERT_EQ(open("/dev/null", O_RDONLY), returned);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(returned), "/dev/null");
  close(returned);
}

TEST(Descriptors, ThatSomebodyElseClosedAreForgotten) {
  TestModule module = LoadTestModule("descriptors/returned_linux");
  close(static_cast<int>(RunTestModule(module, "/dev/zero")));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Descriptors, ThatWereReplacedArePutBack) {
  const std::string directory = MakeDirectory();
  const int target = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  const std::set<int> before = OpenDescriptors();
  for (const char* end : {"", " closed"}) {
    TestModule module = LoadTestModule("descriptors/over_hosts_linux");
    const std::string file = absl::StrCat(directory, "/over");
    EXPECT_EQ(RunTestModule(module, absl::StrCat(target, " ", file, end)),
              target);
    EXPECT_EQ(TargetOf(target), *end == '\0' ? file : "");
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "replaced descriptor");
    EXPECT_THAT(report.leftovers[0].items,
                ElementsAre(absl::StrCat(target, " /dev/zero",
                                         *end == '\0' ? " by " + file : "")));
    EXPECT_EQ(TargetOf(target), "/dev/zero");
    EXPECT_EQ(fcntl(target, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_EQ(ReadFile(file), "from the module\n");
    WriteFile(file, "");
  }
  close(target);
}

TEST(Descriptors, ThatTheHostReplacedSinceAreNotPutBack) {
  const int target = open("/dev/zero", O_RDONLY);
  const std::set<int> before = OpenDescriptors();
  TestModule module = LoadTestModule("descriptors/over_hosts_linux");
  RunTestModule(module, absl::StrCat(target, " ", MakeDirectory(), "/over"));
  const int other = open("/dev/null", O_RDONLY);
  dup2(other, target);
  close(other);
  UnloadTestModule(module);
  EXPECT_EQ(TargetOf(target), "/dev/null");
  EXPECT_EQ(OpenDescriptors(), before);
  close(target);
}

// Opens what the process keeps for private copies.
void PreparePrivateCopies() {
  LoadTestModule("descriptors/over_hosts_linux",
                 LoadOptions{.private_copy = true});
}

// The file of the program is there at the end, in every order of modules.
TEST(Descriptors, ThatSeveralModulesReplacedArePutBackInAnyOrder) {
  PreparePrivateCopies();
  const std::string directory = MakeDirectory();
  const std::vector<std::vector<int>> orders = {
      {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const std::vector<int>& order : orders) {
    for (const bool replaced_again : {false, true}) {
      const int target = open("/dev/zero", O_RDONLY | O_CLOEXEC);
      const std::set<int> before = OpenDescriptors();
      std::vector<TestModule> modules;
      const auto replace = [&](int module) {
        RunTestModule(modules[module],
                      absl::StrCat(target, " ", directory, "/", module));
      };
      for (int i = 0; i < 3; ++i) {
        modules.push_back(LoadTestModule("descriptors/over_hosts_linux",
                                         LoadOptions{.private_copy = true}));
        replace(i);
      }
      // The first module is then the last one that has replaced it.
      if (replaced_again) replace(0);
      std::vector<int> left = replaced_again ? std::vector<int>{1, 2, 0}
                                             : std::vector<int>{0, 1, 2};
      for (const int module : order) {
        UnloadTestModule(modules[module]);
        std::erase(left, module);
        EXPECT_EQ(TargetOf(target),
                  left.empty() ? "/dev/zero"
                               : absl::StrCat(directory, "/", left.back()));
      }
      EXPECT_EQ(fcntl(target, F_GETFD), FD_CLOEXEC);
      EXPECT_EQ(OpenDescriptors(), before);
      close(target);
    }
  }
}

TEST(Descriptors, ThatTheHostReplacedBetweenTwoModulesStay) {
  PreparePrivateCopies();
  for (const bool older_first : {true, false}) {
    const std::string directory = MakeDirectory();
    const int target = open("/dev/zero", O_RDONLY);
    const std::set<int> before = OpenDescriptors();
    TestModule older = LoadTestModule("descriptors/over_hosts_linux");
    RunTestModule(older, absl::StrCat(target, " ", directory, "/older"));
    const int other = open("/dev/null", O_RDONLY);
    dup2(other, target);
    close(other);
    TestModule newer = LoadTestModule("descriptors/over_hosts_linux",
                                      LoadOptions{.private_copy = true});
    RunTestModule(newer, absl::StrCat(target, " ", directory, "/newer"));
    UnloadTestModule(older_first ? older : newer);
    UnloadTestModule(older_first ? newer : older);
    EXPECT_EQ(TargetOf(target), "/dev/null");
    EXPECT_EQ(OpenDescriptors(), before);
    close(target);
  }
}

// The file of a module that is unloaded first does not come back.
TEST(Descriptors, OfAModuleThatAnotherModuleReplacedAreClosed) {
  const std::string directory = MakeDirectory();
  const std::set<int> before = OpenDescriptors();
  TestModule opens = LoadTestModule("descriptors/returned_linux");
  TestModule over = LoadTestModule("descriptors/over_hosts_linux");
  const int64_t opened = RunTestModule(opens, "/dev/zero");
  RunTestModule(over, absl::StrCat(opened, " ", directory, "/over"));
  UnloadTestModule(opens);
  UnloadTestModule(over);
  EXPECT_EQ(OpenDescriptors(), before);
}

// All descriptors of eventfd() have the same inode.
TEST(Descriptors, ThatTheModulePutBackItselfAreNotTouched) {
  for (const int target : {open("/dev/zero", O_RDONLY), eventfd(7, 0)}) {
    const std::set<int> before = OpenDescriptors();
    TestModule module = LoadTestModule("descriptors/restored_linux");
    RunTestModule(module, absl::StrCat(target));
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
    EXPECT_EQ(OpenDescriptors(), before);
    close(target);
  }
}

TEST(Descriptors, ThatCameInMessagesAreClosed) {
  for (const char* function : {"recvmsg", "recvmmsg"}) {
    TestModule module = LoadTestModule("descriptors/received_linux");
    const int64_t received = RunTestModule(module, function);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_NE(report.Find(kKind), nullptr) << function;
    EXPECT_THAT(report.Find(kKind)->items,
                ElementsAre(absl::StrCat(received, " /")));
    EXPECT_EQ(TargetOf(static_cast<int>(received)), "");
  }
}

TEST(Descriptors, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("descriptors/closed_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Descriptors, OfManyThreadsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(CountLeftovers("descriptors/on_threads_linux", kKind), 4);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, StayFlat) { ExpectNoGrowth("descriptors/not_files_linux"); }

}  // namespace
}  // namespace relib::misbehavior
