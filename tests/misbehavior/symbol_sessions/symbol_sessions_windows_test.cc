#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(SymbolSessions, ThatAreLeftAreEnded) {
  for (int i = 0; i < 3; ++i) {
    TestModule module = LoadTestModule("symbol_sessions/leaked_windows");
    EXPECT_EQ(RunTestModule(module), 2);
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "session of DbgHelp");
    EXPECT_EQ(report.leftovers[0].count, 2);
  }
}

TEST(SymbolSessions, ThatAreEndedAreNotReported) {
  TestModule module = LoadTestModule("symbol_sessions/ended_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
