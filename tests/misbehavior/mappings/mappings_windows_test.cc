#include <windows.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

TEST(Mappings, ThatAreLeftAreFreedAndNamed) {
  const std::string file = absl::StrCat(MakeFolder(), "\\file");
  std::ofstream(file) << "content";
  EntryModule module = LoadEntry("mappings/leaked_windows");
  const int64_t address = RunEntry(module, file);
  EXPECT_TRUE(IsTaken(address));
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "mapping");
  EXPECT_EQ(report.left[0].count, 2);
  EXPECT_EQ(report.left[0].bytes, (3 << 20) + 4096);
  EXPECT_THAT(report.left[0].items,
              Contains(absl::StrFormat("4096 bytes at %#x of %s", address,
                                       FinalPath(file))));
  EXPECT_FALSE(IsTaken(address));
}

TEST(Mappings, OfEachFunctionAreFreed) {
  for (const char* function :
       {"VirtualAllocEx", "VirtualAllocExNuma", "VirtualAlloc2",
        "MapViewOfFileEx", "MapViewOfFileExNuma"}) {
    SCOPED_TRACE(function);
    EntryModule module = LoadEntry("mappings/by_function_windows");
    const int64_t address = RunEntry(module, function);
    ASSERT_NE(address, 0);
    EXPECT_TRUE(IsTaken(address));
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "mapping");
    EXPECT_EQ(report.left[0].count, 1);
    EXPECT_EQ(report.left[0].bytes, 65536);
    EXPECT_FALSE(IsTaken(address));
  }
}

TEST(Mappings, ThatAreFreedAreNotReported) {
  for (const char* name :
       {"mappings/closed_windows", "mappings/closed_by_function_windows"}) {
    EntryModule module = LoadEntry(name);
    EXPECT_EQ(RunEntry(module), 0) << name;
    EXPECT_THAT(UnloadEntry(module).left, IsEmpty()) << name;
  }
}

TEST(Mappings, ThatAreReleasedToTheHostStay) {
  EntryModule module = LoadEntry("mappings/released_windows");
  const int64_t address = RunEntry(module);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_TRUE(IsTaken(address));
  EXPECT_TRUE(VirtualFree(reinterpret_cast<void*>(address), 0, MEM_RELEASE));
}

TEST(Mappings, ThatSomebodyElseFreedAreForgotten) {
  const std::string file = absl::StrCat(MakeFolder(), "\\file");
  std::ofstream(file) << "content";
  EntryModule module = LoadEntry("mappings/leaked_windows");
  UnmapViewOfFile(reinterpret_cast<void*>(RunEntry(module, file)));
  EXPECT_EQ(UnloadEntry(module).left[0].count, 1);
}

}  // namespace
}  // namespace relib::misbehavior
