#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(SymbolSessions, ThatAreLeftAreEnded) {
  for (int i = 0; i < 3; ++i) {
    EntryModule module = LoadEntry("symbol_sessions_windows_left");
    EXPECT_EQ(RunEntry(module), 2);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "session of DbgHelp");
    EXPECT_EQ(report.leftovers[0].count, 2);
  }
}

TEST(SymbolSessions, ThatAreEndedAreNotReported) {
  EntryModule module = LoadEntry("symbol_sessions_windows_ended");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::catalogue
