#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

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

TEST(Descriptors, ThatAreLeftAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  const std::string folder = MakeFolder();
  EntryModule module = LoadEntry("descriptors/leaked_linux");
  const int64_t opened = RunEntry(module, folder);
  EXPECT_EQ(opened, 18);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, opened);
  EXPECT_THAT(report.Find(kKind)->items,
              Contains(MatchesRegex("[0-9]+ .*/catalogue.*/open")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, ThatAStaticDestructorLeavesAreClosedAndNamed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors/leaked_by_destructor_linux");
  EXPECT_EQ(RunEntry(module, "/dev/zero"), 0);
  EXPECT_EQ(OpenDescriptors(), before);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 1);
  EXPECT_THAT(report.left[0].items, ElementsAre(EndsWith(" /dev/zero")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfAllSortsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors/not_files_linux");
  const int64_t made = RunEntry(module);
  EXPECT_EQ(made, 27);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, made);
  EXPECT_THAT(report.Find(kKind)->items, Contains(EndsWith(" pipe")));
  EXPECT_THAT(report.Find(kKind)->items, Contains(EndsWith(" socket")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OpenedByFortifiedFunctionsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  const std::string folder = MakeFolder();
  EntryModule module = LoadEntry("descriptors/fortified_linux");
  EXPECT_EQ(RunEntry(module, folder), 4);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 4);
  EXPECT_THAT(report.left[0].items, Each(EndsWith(" " + folder)));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfTerminalsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors/terminals_linux");
  const int64_t made = RunEntry(module);
  EXPECT_EQ(made, 4);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, made);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfFanotifyAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors/fanotify_linux");
  const int64_t error = RunEntry(module);
  if (error == EPERM || error == ENOSYS) {
    GTEST_SKIP() << "only root may: " << std::strerror(static_cast<int>(error));
  }
  ASSERT_EQ(error, 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OpenedByHandleAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors/by_handle_linux");
  const int64_t error = RunEntry(module, MakeFolder());
  if (error != 0) {
    GTEST_SKIP() << "only root may: " << std::strerror(static_cast<int>(error));
  }
  const UnloadReport report = UnloadEntry(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 1);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, ThatTheModuleWasGivenStayOpen) {
  const int given = open("/dev/zero", O_RDONLY);
  EntryModule module = LoadEntry("descriptors/given_linux");
  EXPECT_EQ(RunEntry(module, absl::StrCat(given)), 2);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_EQ(TargetOf(given), "/dev/zero");
  close(given);
}

TEST(Descriptors, ThatAreReleasedToTheHostStayOpen) {
  EntryModule module = LoadEntry("descriptors/released_linux");
  const int released = static_cast<int>(RunEntry(module, "/dev/zero"));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_EQ(TargetOf(released), "/dev/zero");
  close(released);
}

TEST(Descriptors, WhoseNumberIsAnotherFileByNowStayOpen) {
  EntryModule module = LoadEntry("descriptors/returned_linux");
  const int returned = static_cast<int>(RunEntry(module, "/dev/zero"));
  close(returned);
  ASSERT_EQ(open("/dev/null", O_RDONLY), returned);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_EQ(TargetOf(returned), "/dev/null");
  close(returned);
}

TEST(Descriptors, ThatSomebodyElseClosedAreForgotten) {
  EntryModule module = LoadEntry("descriptors/returned_linux");
  close(static_cast<int>(RunEntry(module, "/dev/zero")));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Descriptors, ThatWereReplacedArePutBack) {
  const std::string folder = MakeFolder();
  const int target = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  const std::set<int> before = OpenDescriptors();
  for (const char* end : {"", " closed"}) {
    EntryModule module = LoadEntry("descriptors/over_hosts_linux");
    const std::string file = absl::StrCat(folder, "/over");
    EXPECT_EQ(RunEntry(module, absl::StrCat(target, " ", file, end)), target);
    EXPECT_EQ(TargetOf(target), *end == '\0' ? file : "");
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "replaced descriptor");
    EXPECT_THAT(report.left[0].items,
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
  EntryModule module = LoadEntry("descriptors/over_hosts_linux");
  RunEntry(module, absl::StrCat(target, " ", MakeFolder(), "/over"));
  const int other = open("/dev/null", O_RDONLY);
  dup2(other, target);
  close(other);
  UnloadEntry(module);
  EXPECT_EQ(TargetOf(target), "/dev/null");
  EXPECT_EQ(OpenDescriptors(), before);
  close(target);
}

// Of descriptors whose inode is the same as well.
TEST(Descriptors, ThatTheModulePutBackItselfAreNotTouched) {
  for (const int target : {open("/dev/zero", O_RDONLY), eventfd(7, 0)}) {
    const std::set<int> before = OpenDescriptors();
    EntryModule module = LoadEntry("descriptors/restored_linux");
    RunEntry(module, absl::StrCat(target));
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
    EXPECT_EQ(OpenDescriptors(), before);
    close(target);
  }
}

TEST(Descriptors, ThatCameInMessagesAreClosed) {
  for (const char* function : {"recvmsg", "recvmmsg"}) {
    EntryModule module = LoadEntry("descriptors/received_linux");
    const int64_t received = RunEntry(module, function);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_NE(report.Find(kKind), nullptr) << function;
    EXPECT_THAT(report.Find(kKind)->items,
                ElementsAre(absl::StrCat(received, " /")));
    EXPECT_EQ(TargetOf(static_cast<int>(received)), "");
  }
}

TEST(Descriptors, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("descriptors/closed_linux");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Descriptors, OfManyThreadsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(CountLeft("descriptors/on_threads_linux", kKind), 4);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, StayFlat) { ExpectFlat("descriptors/not_files_linux"); }

}  // namespace
}  // namespace relib::misbehavior
