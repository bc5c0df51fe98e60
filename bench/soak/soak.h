#ifndef BENCH_SOAK_SOAK_H_
#define BENCH_SOAK_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/soak/counters.h"

namespace relib::bench::soak {

struct Sample {
  int64_t cycle = 0;
  std::vector<Counter> counters;
};

struct Result {
  std::vector<Sample> samples;
  // Of the threads, that came through.
  int64_t calls = 0;
  // Of the last unload.
  std::string report;
};

// Loads the module in `file`, calls it from four threads, lets it leave some of
// everything and unloads it, `cycles` times, looking at the counters `samples`
// times at even distances; each is also given to `on_sample`. A failure ends
// the program.
Result RunSoak(const std::string& file, int64_t cycles, int64_t samples,
               const std::function<void(const Sample&)>& on_sample);

// Which counters have grown, a line each; empty if none has. Compares the
// medians of the second and of the last quarter: the first is for caches to
// fill.
std::vector<std::string> Growth(const std::vector<Sample>& samples);

// What a counter did over time as a line of bars, the least to the greatest.
std::string Plot(const std::vector<Sample>& samples, size_t counter);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_SOAK_H_
