#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(RegistryKeys, ThatAreLeftAreClosed) {
  ExpectFlat("registry_keys/leaked_windows", "", 20);
  EntryModule module = LoadEntry("registry_keys/leaked_windows");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "handle");
  EXPECT_THAT(report.left[0].items,
              ::testing::ElementsAre("registry key Software"));
}

TEST(RegistryKeys, OfEachFunctionAreClosed) {
  for (const char* function :
       {"RegOpenKeyA", "RegOpenKeyW", "RegOpenKeyExA", "RegCreateKeyA",
        "RegCreateKeyW", "RegCreateKeyExA", "RegCreateKeyExW",
        "RegOpenCurrentUser"}) {
    SCOPED_TRACE(function);
    ExpectFlat("registry_keys/by_function_windows", function, 1);
    EntryModule module = LoadEntry("registry_keys/by_function_windows");
    const int before = CountHandles();
    EXPECT_EQ(RunEntry(module, function), 0);
    EXPECT_EQ(CountHandles(), before + 1);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "handle");
    EXPECT_EQ(report.left[0].count, 1);
  }
}

}  // namespace
}  // namespace relib::misbehavior
