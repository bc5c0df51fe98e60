#ifndef BENCH_SOAK_RELOAD_SOAK_H_
#define BENCH_SOAK_RELOAD_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/soak/samples.h"

namespace relib::bench::soak {

// The result of RunReloadSoak().
struct ReloadResult {
  std::vector<Sample> samples;
  int64_t reloads = 0;
  // The calls of all threads.
  int64_t calls = 0;
  // The longest time that a reload made calls wait.
  absl::Duration longest_pause = absl::ZeroDuration();
  // The unload report of the last version.
  std::string report;
};

// Reloads a module again and again, while four threads call it: replaces the
// file that a Reloader watches by each of its versions in turn. Takes `samples`
// samples of the counters in `time`, and passes each to `on_sample`. Takes
// longer than `time` if necessary, because at least one round through all
// versions precedes each sample. A failure, a lost call or a lost state ends
// the program.
ReloadResult RunReloadSoak(absl::Duration time, int64_t samples,
                           const std::function<void(const Sample&)>& on_sample);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_RELOAD_SOAK_H_
