#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(SymbolSessions, ThatAreLeftAreEnded) {
  for (int i = 0; i < 3; ++i) {
    EntryModule module = LoadEntry("symbol_sessions/leaked_windows");
    EXPECT_EQ(RunEntry(module), 2);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.left.size(), 1) << report.ToString();
    EXPECT_EQ(report.left[0].kind, "session of DbgHelp");
    EXPECT_EQ(report.left[0].count, 2);
  }
}

TEST(SymbolSessions, ThatAreEndedAreNotReported) {
  EntryModule module = LoadEntry("symbol_sessions/ended_windows");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
