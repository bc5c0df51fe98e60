#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(RegistryKeys, ThatAreLeftAreClosed) {
  ExpectFlat("registry_windows_left", "", 20);
  EntryModule module = LoadEntry("registry_windows_left");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
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
    ExpectFlat("registry_windows_by_function", function, 1);
    EntryModule module = LoadEntry("registry_windows_by_function");
    const int before = CountHandles();
    EXPECT_EQ(RunEntry(module, function), 0);
    EXPECT_EQ(CountHandles(), before + 1);
    const UnloadReport report = UnloadEntry(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, "handle");
    EXPECT_EQ(report.leftovers[0].count, 1);
  }
}

}  // namespace
}  // namespace relib::catalogue
