#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(TlsIndices, AreGivenBackAndReported) {
  EntryModule module = LoadEntry("tls_indices/leaked_windows");
  EXPECT_EQ(RunEntry(module), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "TLS index");
  EXPECT_EQ(report.left[0].count, 1);
}

// A process has 1,088.
TEST(TlsIndices, DontRunOut) {
  EntryModule module = LoadEntry("tls_indices/leaked_windows");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunEntry(module), 0);
  UnloadEntry(module);
  module = LoadEntry("tls_indices/leaked_windows");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunEntry(module), 0);
  EXPECT_EQ(UnloadEntry(module).left[0].count, 800);
}

}  // namespace
}  // namespace relib::misbehavior
