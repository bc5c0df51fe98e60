#ifndef BENCH_SOAK_RELOAD_SOAK_H_
#define BENCH_SOAK_RELOAD_SOAK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/soak/samples.h"

namespace relib::bench::soak {

struct ReloadResult {
  std::vector<Sample> samples;
  int64_t reloads = 0;
  // Of the threads.
  int64_t calls = 0;
  // The longest that calls had to wait.
  absl::Duration longest_pause = absl::ZeroDuration();
  // Of the last version that was unloaded.
  std::string report;
};

// Replaces the file of a module that a Reloader watches by one version after
// the other, while four threads call it, and looks at the counters `samples`
// times in `time`, or in as long as so many rounds through all versions take;
// each is also given to `on_sample`. A failure, a call that is lost or a state
// that isn't carried over ends the program.
ReloadResult RunReloadSoak(absl::Duration time, int64_t samples,
                           const std::function<void(const Sample&)>& on_sample);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_RELOAD_SOAK_H_
