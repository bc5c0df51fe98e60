#ifndef BENCH_SOAK_COUNTERS_H_
#define BENCH_SOAK_COUNTERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relib::bench::soak {

// A quantity of this process that must not grow.
struct Counter {
  std::string_view name;
  int64_t value = 0;
  // Increases up to this value don't count as growth.
  int64_t slack = 0;
};

// Returns the counters, always the same ones in the same order. `module` is the
// mapped file of a loaded module.
std::vector<Counter> ReadCounters(const std::string& module);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_COUNTERS_H_
