#include <windows.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(Heaps, ThatAreLeftAreDestroyed) {
  const DWORD before = GetProcessHeaps(0, nullptr);
  for (int i = 0; i < 20; ++i) {
    EntryModule module = LoadEntry("heaps_windows_left");
    EXPECT_EQ(RunEntry(module), 0);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "heap");
    EXPECT_EQ(report.leftovers[0].count, 1);
  }
  EXPECT_EQ(GetProcessHeaps(0, nullptr), before);
}

}  // namespace
}  // namespace relib::catalogue
