#include "platform/image/holders.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/image/image_file.h"

namespace relib::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(HoldersTest, OfAFile) {
  ImageFacts facts;
  EXPECT_THAT(HoldersInFile(facts), IsEmpty());
  facts.nodelete = true;
  EXPECT_THAT(HoldersInFile(facts), ElementsAre(HasSubstr("-z nodelete")));
  facts.unique_exports = {"a", "b"};
  EXPECT_THAT(HoldersInFile(facts),
              ElementsAre(StartsWith("it exports GNU unique symbols (a, b), "),
                          HasSubstr("-z nodelete")));
}

TEST(HoldersTest, NamesSomeOfManySymbols) {
  ImageFacts facts;
  for (char name = 'a'; name <= 'k'; ++name) {
    facts.unique_exports.emplace_back(1, name);
  }
  EXPECT_THAT(HoldersInFile(facts),
              ElementsAre(HasSubstr(" (a, b, c, d, e, f, g, h and 3 more), ")));
}

TEST(HoldersTest, OfAProcess) {
  EXPECT_EQ(DescribeDependents({"/a.so", "/b.so"}),
            "it is needed by /a.so, /b.so: unload that first");
  EXPECT_EQ(DescribeReferences(2, "dlopen()"),
            "2 more references by dlopen(), taken by the library itself or by "
            "other code: release each of them");
  EXPECT_THAT(DescribeReferences(std::nullopt, "dlopen()"),
              StartsWith("an unknown number of more references by dlopen()"));
}

}  // namespace
}  // namespace relib::platform
