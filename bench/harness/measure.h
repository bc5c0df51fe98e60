#ifndef BENCH_HARNESS_MEASURE_H_
#define BENCH_HARNESS_MEASURE_H_

#include <chrono>

#include "bench/harness/row.h"

// Measures rows. README.md in bench/ describes the method.

namespace relib::bench {

// The number of repetitions that the measurement of a row takes.
struct Effort {
  int rounds = 31;
  // The time that each side has in a round.
  std::chrono::nanoseconds round = std::chrono::milliseconds(8);
  // Multiplies Row::turn.
  double turn_factor = 1;
};

// The smallest effort that runs everything. Its figures are meaningless.
inline constexpr Effort kSmokeEffort = {
    .rounds = 2, .round = std::chrono::nanoseconds(0), .turn_factor = 0};

// Registers every row as a benchmark of the same name, with the counters below.
// Their values are medians over the rounds, except for the smallest and the
// largest ratio. Call it once.
void RegisterBenchmarks(const Effort& effort);

inline constexpr char kSubjectCounter[] = "ns";
inline constexpr char kBaselineCounter[] = "baseline_ns";
inline constexpr char kRatioCounter[] = "ratio";
inline constexpr char kMinRatioCounter[] = "min_ratio";
inline constexpr char kMaxRatioCounter[] = "max_ratio";

}  // namespace relib::bench

#endif  // BENCH_HARNESS_MEASURE_H_
