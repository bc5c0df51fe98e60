#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(ImageTest, StaticsOfTemplatesAndInlineFunctionsDontKeepIt) {
  for (int i = 0; i < 3; ++i) {
    EntryModule module = LoadEntry("image/statics");
    // Fresh ones each time.
    EXPECT_EQ(RunEntry(module, "text"), 4);
    EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace relib::misbehavior
