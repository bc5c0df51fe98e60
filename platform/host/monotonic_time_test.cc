#include "platform/host/monotonic_time.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace relib::platform {
namespace {

TEST(MonotonicTimeTest, MeasuresDurations) {
  const MonotonicTime before = MonotonicTime::Now();
  absl::SleepFor(absl::Milliseconds(20));
  const MonotonicTime after = MonotonicTime::Now();
  EXPECT_LT(before, after);
  EXPECT_GE(after - before, absl::Milliseconds(15));
  EXPECT_EQ(before + (after - before), after);
  EXPECT_EQ(after - (after - before), before);
}

TEST(MonotonicTimeTest, IsOrdered) {
  const MonotonicTime now = MonotonicTime::Now();
  const MonotonicTime past = MonotonicTime::InfinitePast();
  const MonotonicTime future = MonotonicTime::InfiniteFuture();
  EXPECT_EQ(MonotonicTime(), past);
  EXPECT_TRUE(past < now && now < future && future > past);
  EXPECT_TRUE(now <= now && now >= now && !(now < now));
  EXPECT_EQ(std::min(now, future), now);
  EXPECT_EQ(past + absl::Hours(1), past);
  EXPECT_EQ(future - now, absl::InfiniteDuration());
  EXPECT_EQ(past - now, -absl::InfiniteDuration());
}

}  // namespace
}  // namespace relib::platform
