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
  const std::string file = absl::StrCat(MakeDirectory(), "\\file");
  std::ofstream(file) << "content";
  TestModule module = LoadTestModule("mappings/leaked_windows");
  const int64_t address = RunTestModule(module, file);
  EXPECT_TRUE(IsMapped(address));
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "mapping");
  EXPECT_EQ(report.leftovers[0].count, 2);
  EXPECT_EQ(report.leftovers[0].bytes, (3 << 20) + 4096);
  EXPECT_THAT(report.leftovers[0].items,
              Contains(absl::StrFormat("4096 bytes at %#x of %s", address,
                                       FinalPath(file))));
  EXPECT_FALSE(IsMapped(address));
}

TEST(Mappings, OfEachFunctionAreFreed) {
  for (const char* function :
       {"VirtualAllocEx", "VirtualAllocExNuma", "VirtualAlloc2",
        "MapViewOfFileEx", "MapViewOfFileExNuma"}) {
    SCOPED_TRACE(function);
    TestModule module = LoadTestModule("mappings/by_function_windows");
    const int64_t address = RunTestModule(module, function);
    ASSERT_NE(address, 0);
    EXPECT_TRUE(IsMapped(address));
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "mapping");
    EXPECT_EQ(report.leftovers[0].count, 1);
    EXPECT_EQ(report.leftovers[0].bytes, 65536);
    EXPECT_FALSE(IsMapped(address));
  }
}

TEST(Mappings, ThatAreFreedAreNotReported) {
  for (const char* name :
       {"mappings/closed_windows", "mappings/closed_by_function_windows"}) {
    TestModule module = LoadTestModule(name);
    EXPECT_EQ(RunTestModule(module), 0) << name;
    EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty()) << name;
  }
}

TEST(Mappings, ThatAreReleasedToTheHostStay) {
  TestModule module = LoadTestModule("mappings/released_windows");
  const int64_t address = RunTestModule(module);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_TRUE(IsMapped(address));
  EXPECT_TRUE(VirtualFree(reinterpret_cast<void*>(address), 0, MEM_RELEASE));
}

TEST(Mappings, ThatSomebodyElseFreedAreForgotten) {
  const std::string file = absl::StrCat(MakeDirectory(), "\\file");
  std::ofstream(file) << "content";
  TestModule module = LoadTestModule("mappings/leaked_windows");
  UnmapViewOfFile(reinterpret_cast<void*>(RunTestModule(module, file)));
  EXPECT_EQ(UnloadTestModule(module).leftovers[0].count, 1);
}

}  // namespace
}  // namespace relib::misbehavior
