#ifndef BENCH_SOAK_SAMPLES_H_
#define BENCH_SOAK_SAMPLES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/soak/counters.h"

// What a soak has seen, and what can be said of it.

namespace relib::bench::soak {

struct Sample {
  int64_t cycle = 0;
  std::vector<Counter> counters;
};

// Which counters have grown, a line each; empty if none has. Compares the
// medians of the second and of the last quarter: the first is for caches to
// fill.
std::vector<std::string> Growth(const std::vector<Sample>& samples);

// What a counter did over time as a line of bars, the least to the greatest.
std::string Plot(const std::vector<Sample>& samples, size_t counter);

// Prints each sample that it is given as a line of a table.
std::function<void(const Sample&)> TablePrinter();

// Plots every counter, and says below `summary` what has grown. What the
// program ends with.
int PrintVerdict(const std::vector<Sample>& samples,
                 const std::string& summary);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_SAMPLES_H_
