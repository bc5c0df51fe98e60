#ifndef BENCH_SOAK_COUNTERS_H_
#define BENCH_SOAK_COUNTERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relib::bench::soak {

// Something of this process that must not grow.
struct Counter {
  std::string_view name;
  int64_t value = 0;
  // By how much it may differ from one moment to another all the same.
  int64_t slack = 0;
};

// The same ones in the same order each time. `module` is the mapped file of a
// module that is loaded.
std::vector<Counter> ReadCounters(const std::string& module);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_COUNTERS_H_
