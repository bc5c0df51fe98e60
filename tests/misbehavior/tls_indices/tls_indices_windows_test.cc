#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(TlsIndices, AreGivenBackAndReported) {
  TestModule module = LoadTestModule("tls_indices/leaked_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "TLS index");
  EXPECT_EQ(report.leftovers[0].count, 1);
}

// A process has 1,088 indices.
TEST(TlsIndices, DontRunOut) {
  TestModule module = LoadTestModule("tls_indices/leaked_windows");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunTestModule(module), 0);
  UnloadTestModule(module);
  module = LoadTestModule("tls_indices/leaked_windows");
  for (int i = 0; i < 800; ++i) ASSERT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(UnloadTestModule(module).leftovers[0].count, 800);
}

}  // namespace
}  // namespace relib::misbehavior
