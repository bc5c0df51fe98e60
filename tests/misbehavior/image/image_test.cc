#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(ImageTest, StaticsOfTemplatesAndInlineFunctionsDontKeepIt) {
  for (int i = 0; i < 3; ++i) {
    TestModule module = LoadTestModule("image/statics");
    // Each load has new statics.
    EXPECT_EQ(RunTestModule(module, "text"), 4);
    EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace relib::misbehavior
