#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(ImageTest, StaticsOfTemplatesAndInlineFunctionsDontKeepIt) {
  for (int i = 0; i < 3; ++i) {
    EntryModule module = LoadEntry("image_statics");
    // Fresh ones each time.
    EXPECT_EQ(RunEntry(module, "text"), 4);
    EXPECT_THAT(UnloadEntry(module).leftovers, ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace relib::catalogue
