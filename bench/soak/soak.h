#ifndef BENCH_SOAK_SOAK_H_
#define BENCH_SOAK_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/soak/samples.h"

namespace relib::bench::soak {

// The result of RunSoak().
struct Result {
  std::vector<Sample> samples;
  // The calls of all threads that succeeded.
  int64_t calls = 0;
  // The report of the last unload.
  std::string report;
};

// Loads the module in `file`, calls it from four threads, lets it leak
// resources of every kind, and unloads it, `cycles` times. Takes `samples`
// samples of the counters at even distances, and passes each to `on_sample`. A
// failure ends the program.
Result RunSoak(const std::string& file, int64_t cycles, int64_t samples,
               const std::function<void(const Sample&)>& on_sample);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_SOAK_H_
