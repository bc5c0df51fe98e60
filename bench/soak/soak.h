#ifndef BENCH_SOAK_SOAK_H_
#define BENCH_SOAK_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/soak/samples.h"

namespace relib::bench::soak {

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

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_SOAK_H_
