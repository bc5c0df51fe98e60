#ifndef BENCH_HARNESS_MEASURE_H_
#define BENCH_HARNESS_MEASURE_H_

#include <chrono>

#include "bench/harness/row.h"

// How a row is measured, in words in README.md.

namespace relib::bench {

struct Effort {
  int rounds = 31;
  // For each side of a round.
  std::chrono::nanoseconds round = std::chrono::milliseconds(8);
  // Multiplies Row::turn.
  double turn_factor = 1;
};

// As little as runs everything once; the figures mean nothing.
inline constexpr Effort kSmokeEffort = {
    .rounds = 2, .round = std::chrono::nanoseconds(0), .turn_factor = 0};

// Hands every row to Google Benchmark, under its name, with the counters below:
// medians over the rounds, except for the smallest and the largest ratio. Call
// it once.
void RegisterBenchmarks(const Effort& effort);

inline constexpr char kSubjectCounter[] = "ns";
inline constexpr char kBaselineCounter[] = "baseline_ns";
inline constexpr char kRatioCounter[] = "ratio";
inline constexpr char kMinRatioCounter[] = "min_ratio";
inline constexpr char kMaxRatioCounter[] = "max_ratio";

}  // namespace relib::bench

#endif  // BENCH_HARNESS_MEASURE_H_
