#include "bench/soak/reload_soak.h"

#include "absl/time/time.h"
#include "bench/soak/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::bench::soak {
namespace {

using ::testing::IsEmpty;

TEST(ReloadSoakTest, NothingGrows) {
  const ReloadResult result =
      RunReloadSoak(absl::Seconds(4), 20, TablePrinter());
  EXPECT_EQ(result.samples.size(), 20);
  EXPECT_GE(result.reloads, 80);
  EXPECT_GT(result.calls, 0);
  EXPECT_THAT(Growth(result.samples), IsEmpty());
}

}  // namespace
}  // namespace relib::bench::soak
