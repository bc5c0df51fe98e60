#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(TlsIndices, AreGivenBackAndReported) {
  EntryModule module = LoadEntry("tls_windows_left");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "TLS index");
  EXPECT_EQ(report.leftovers[0].count, 1);
}

// A process has 1,088.
TEST(TlsIndices, DontRunOut) {
  EntryModule module = LoadEntry("tls_windows_left");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunEntry(module), 0);
  UnloadEntry(module);
  module = LoadEntry("tls_windows_left");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunEntry(module), 0);
  EXPECT_EQ(UnloadEntry(module).leftovers[0].count, 800);
}

}  // namespace
}  // namespace relib::catalogue
