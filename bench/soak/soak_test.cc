#include "bench/soak/soak.h"

#include <cstdint>
#include <string>
#include <vector>

#include "bench/harness/module_files.h"
#include "bench/soak/counters.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::bench::soak {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Sample> Samples(const std::vector<int64_t>& values) {
  std::vector<Sample> samples;
  for (const int64_t value : values) {
    samples.push_back(
        {.counters = {{.name = "things", .value = value, .slack = 1}}});
  }
  return samples;
}

TEST(SoakTest, NothingGrows) {
  int64_t seen = 0;
  const Result result = RunSoak(CopyOfModule("soak/modules/soak_module"), 2'000,
                                20, [&](const Sample&) { ++seen; });
  EXPECT_EQ(seen, 20);
  EXPECT_GT(result.calls, 0);
  EXPECT_THAT(Growth(result.samples), IsEmpty());
}

TEST(SoakTest, GrowthIsFound) {
  EXPECT_THAT(Growth(Samples({9, 9, 1, 1, 2, 2, 2, 2})), IsEmpty());
  EXPECT_THAT(Growth(Samples({9, 9, 1, 1, 2, 3, 3, 4})),
              ElementsAre(HasSubstr("things grew from 1 to 4")));
}

TEST(SoakTest, APlotShowsTheRange) {
  EXPECT_EQ(Plot(Samples({3, 3}), 0), "▁▁  3 to 3");
  EXPECT_EQ(Plot(Samples({10, 17, 24}), 0), "▁▄█  10 to 24");
}

}  // namespace
}  // namespace relib::bench::soak
