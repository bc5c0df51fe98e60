#include "bench/soak/soak.h"

#include <cstdint>
#include <string>
#include <vector>

#include "bench/module_files.h"
#include "bench/soak/counters.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::bench::soak {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<Sample> Samples(const std::vector<int64_t>& values) {
  std::vector<Sample> samples;
  for (const int64_t value : values) {
    samples.push_back(
        {.counters = {{.name = "things", .value = value, .slack = 1}}});
  }
  return samples;
}

TEST(SoakTest, NothingGrows) {
  EXPECT_THAT(RepeatedGrowth([] {
                int64_t seen = 0;
                const Result result =
                    RunSoak(CopyOfModule("soak/soak_module"), 2'000, 20,
                            [&](const Sample&) { ++seen; });
                EXPECT_EQ(seen, 20);
                EXPECT_GT(result.calls, 0);
                return result.samples;
              }),
              IsEmpty());
}

TEST(SoakTest, GrowthIsFound) {
  EXPECT_THAT(Growth(Samples({9, 9, 1, 1, 2, 2, 2, 2})), IsEmpty());
  EXPECT_THAT(Growth(Samples({9, 9, 1, 1, 2, 3, 3, 4})),
              ElementsAre(HasSubstr("things grew from 1 to 4")));
}

TEST(SoakTest, WhatGrewOnceIsNoGrowth) {
  int runs = 0;
  const auto grows = [&runs] {
    ++runs;
    return Samples({1, 1, 1, 1, 1, 9, 9, 9});
  };
  EXPECT_THAT(RepeatedGrowth(grows), Not(IsEmpty()));
  EXPECT_EQ(runs, 2);
  const auto grew = [&runs, &grows] {
    return runs == 2 ? grows() : Samples({9, 9, 9, 9, 9, 9, 9, 9});
  };
  EXPECT_THAT(RepeatedGrowth(grew), IsEmpty());
  EXPECT_EQ(runs, 3);
}

TEST(SoakTest, APlotShowsTheRange) {
  EXPECT_EQ(Plot(Samples({3, 3}), 0), "▁▁  3 to 3");
  EXPECT_EQ(Plot(Samples({10, 17, 24}), 0), "▁▄█  10 to 24");
}

}  // namespace
}  // namespace relib::bench::soak
