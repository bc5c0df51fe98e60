#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(RegistryKeys, ThatAreLeftAreClosed) {
  ExpectNoGrowth("registry_keys/leaked_windows", "", 20);
  TestModule module = LoadTestModule("registry_keys/leaked_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "handle");
  EXPECT_THAT(report.leftovers[0].items,
              ::testing::ElementsAre("registry key Software"));
}

TEST(RegistryKeys, OfEachFunctionAreClosed) {
  for (const char* function :
       {"RegOpenKeyA", "RegOpenKeyW", "RegOpenKeyExA", "RegCreateKeyA",
        "RegCreateKeyW", "RegCreateKeyExA", "RegCreateKeyExW",
        "RegOpenCurrentUser"}) {
    SCOPED_TRACE(function);
    ExpectNoGrowth("registry_keys/by_function_windows", function, 1);
    TestModule module = LoadTestModule("registry_keys/by_function_windows");
    const int before = CountHandles();
    EXPECT_EQ(RunTestModule(module, function), 0);
    EXPECT_EQ(CountHandles(), before + 1);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "handle");
    EXPECT_EQ(report.leftovers[0].count, 1);
  }
}

}  // namespace
}  // namespace relib::misbehavior
