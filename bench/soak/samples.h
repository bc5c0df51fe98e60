#ifndef BENCH_SOAK_SAMPLES_H_
#define BENCH_SOAK_SAMPLES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/soak/counters.h"

// The samples of a soak, and their evaluation.

namespace relib::bench::soak {

// The values of all counters after a number of cycles.
struct Sample {
  int64_t cycle = 0;
  std::vector<Counter> counters;
};

// Returns a line for each counter that has grown. Compares the median of the
// second quarter of the samples with the median of the last. Caches fill during
// the first quarter.
std::vector<std::string> Growth(const std::vector<Sample>& samples);

// Returns a counter over time as a line of bars, with its range.
std::string Plot(const std::vector<Sample>& samples, size_t counter);

// Returns a function that prints each sample as a line of a table.
std::function<void(const Sample&)> TablePrinter();

// Plots every counter, prints `summary`, and prints which counters have grown.
// Returns the exit code of the program.
int PrintVerdict(const std::vector<Sample>& samples,
                 const std::string& summary);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_SAMPLES_H_
