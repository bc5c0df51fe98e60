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
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_test.h"
#include "relib/host.h"

namespace relib::catalogue {
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
  EntryModule module = LoadEntry("descriptors_left");
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
  EntryModule module = LoadEntry("descriptors_left_at_end");
  EXPECT_EQ(RunEntry(module, "/dev/zero"), 0);
  EXPECT_EQ(OpenDescriptors(), before);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 1);
  EXPECT_THAT(report.leftovers[0].items, ElementsAre(EndsWith(" /dev/zero")));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfAllSortsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors_of_all_sorts");
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
  EntryModule module = LoadEntry("descriptors_fortified");
  EXPECT_EQ(RunEntry(module, folder), 4);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 4);
  EXPECT_THAT(report.leftovers[0].items, Each(EndsWith(" " + folder)));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfTerminalsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors_of_terminals");
  const int64_t made = RunEntry(module);
  EXPECT_EQ(made, 4);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, made);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, OfFanotifyAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EntryModule module = LoadEntry("descriptors_fanotify");
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
  EntryModule module = LoadEntry("descriptors_by_handle");
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
  EntryModule module = LoadEntry("descriptors_given");
  EXPECT_EQ(RunEntry(module, absl::StrCat(given)), 2);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(given), "/dev/zero");
  close(given);
}

TEST(Descriptors, ThatAreReleasedToTheHostStayOpen) {
  EntryModule module = LoadEntry("descriptors_released");
  const int released = static_cast<int>(RunEntry(module, "/dev/zero"));
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(released), "/dev/zero");
  close(released);
}

TEST(Descriptors, WhoseNumberIsAnotherFileByNowStayOpen) {
  EntryModule module = LoadEntry("descriptors_returned");
  const int returned = static_cast<int>(RunEntry(module, "/dev/zero"));
  close(returned);
  ASSERT_EQ(open("/dev/null", O_RDONLY), returned);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_EQ(TargetOf(returned), "/dev/null");
  close(returned);
}

TEST(Descriptors, ThatSomebodyElseClosedAreForgotten) {
  EntryModule module = LoadEntry("descriptors_returned");
  close(static_cast<int>(RunEntry(module, "/dev/zero")));
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Descriptors, ThatWereReplacedArePutBack) {
  const std::string folder = MakeFolder();
  const int target = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  const std::set<int> before = OpenDescriptors();
  for (const char* end : {"", " closed"}) {
    EntryModule module = LoadEntry("descriptors_over_others");
    const std::string file = absl::StrCat(folder, "/over");
    EXPECT_EQ(RunEntry(module, absl::StrCat(target, " ", file, end)), target);
    EXPECT_EQ(TargetOf(target), *end == '\0' ? file : "");
    const UnloadReport report = UnloadEntry(module);
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
  EntryModule module = LoadEntry("descriptors_over_others");
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
    EntryModule module = LoadEntry("descriptors_put_back");
    RunEntry(module, absl::StrCat(target));
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
    EXPECT_EQ(OpenDescriptors(), before);
    close(target);
  }
}

TEST(Descriptors, ThatCameInMessagesAreClosed) {
  for (const char* function : {"recvmsg", "recvmmsg"}) {
    EntryModule module = LoadEntry("descriptors_received");
    const int64_t received = RunEntry(module, function);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_NE(report.Find(kKind), nullptr) << function;
    EXPECT_THAT(report.Find(kKind)->items,
                ElementsAre(absl::StrCat(received, " /")));
    EXPECT_EQ(TargetOf(static_cast<int>(received)), "");
  }
}

TEST(Descriptors, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("descriptors_closed");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Descriptors, OfManyThreadsAreClosed) {
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(CountLeft("descriptors_on_threads", kKind), 4);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, StayFlat) { ExpectFlat("descriptors_of_all_sorts"); }

}  // namespace
}  // namespace relib::catalogue
