#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(LeavesNothing, HasAnEmptyReport) {
  for (int i = 0; i < 3; ++i) {
    TestModule module = LoadTestModule("well_behaved/leaves_nothing");
    EXPECT_EQ(
        RunTestModule(module, "a text that is too long for its own storage"),
        0);
    const UnloadReport report = UnloadTestModule(module);
    EXPECT_THAT(report.leftovers, ::testing::IsEmpty()) << report.ToString();
    EXPECT_EQ(report.ToString().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace relib::misbehavior
