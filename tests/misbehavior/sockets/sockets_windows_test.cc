#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(Sockets, ThatAreLeftAreClosed) {
  ExpectNoGrowth("sockets/leaked_windows", "", 20);
  TestModule module = LoadTestModule("sockets/leaked_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("open file"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("open file")->count, 2);
  EXPECT_THAT(report.Find("open file")->items,
              ::testing::ElementsAre("socket", "socket"));
  ASSERT_NE(report.Find("library start"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("library start")->count, 2);
}

TEST(Sockets, ThatWereAcceptedAreClosed) {
  TestModule module = LoadTestModule("sockets/accepted_windows");
  EXPECT_EQ(RunTestModule(module), 5);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("open file"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("open file")->count, 5);
  ASSERT_NE(report.Find("handle"), nullptr) << report.ToString();
  EXPECT_THAT(report.Find("handle")->items, ::testing::ElementsAre("event"));
  ASSERT_NE(report.Find("library start"), nullptr) << report.ToString();
  EXPECT_EQ(report.Find("library start")->count, 1);
}

}  // namespace
}  // namespace relib::misbehavior
