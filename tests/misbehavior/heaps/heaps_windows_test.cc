#include <windows.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(Heaps, ThatAreLeftAreDestroyed) {
  const DWORD before = GetProcessHeaps(0, nullptr);
  for (int i = 0; i < 20; ++i) {
    TestModule module = LoadTestModule("heaps/leaked_windows");
    EXPECT_EQ(RunTestModule(module), 0);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "heap");
    EXPECT_EQ(report.leftovers[0].count, 1);
  }
  EXPECT_EQ(GetProcessHeaps(0, nullptr), before);
}

}  // namespace
}  // namespace relib::misbehavior
