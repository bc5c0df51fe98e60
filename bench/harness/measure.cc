#include "bench/harness/measure.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/harness/row.h"
#include "benchmark/benchmark.h"

namespace relib::bench {
namespace {

using std::chrono::nanoseconds;

// Limits of the number of turns that each side has in a round.
constexpr int64_t kMinTurns = 3;
constexpr int64_t kMaxTurns = 25;

double Median(std::vector<double> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Returns how many times the baseline has to run to take `turn`. Warms both
// sides up.
int64_t Calibrate(const Comparison& comparison, nanoseconds turn) {
  int64_t count = 1;
  comparison.subject(count);
  while (comparison.baseline(count) < turn) count *= 2;
  comparison.subject(count);
  return count;
}

struct Times {
  double subject_ns;
  double baseline_ns;
};

// Measures one round. The side that begins alternates, so that neither side
// profits from the other's warm caches. The median ignores turns that an
// interrupt or another process disturbed.
Times MeasureRound(const Comparison& comparison, int64_t count, int64_t turns) {
  std::vector<double> subject;
  std::vector<double> baseline;
  const auto add = [count](const Side& side, std::vector<double>& times) {
    times.push_back(static_cast<double>(side(count).count()) /
                    static_cast<double>(count));
  };
  for (int64_t i = 0; i < turns; ++i) {
    if (i % 2 == 0) add(comparison.baseline, baseline);
    add(comparison.subject, subject);
    if (i % 2 != 0) add(comparison.baseline, baseline);
  }
  return {.subject_ns = Median(std::move(subject)),
          .baseline_ns = Median(std::move(baseline))};
}

void Measure(const Row& row, const Effort& effort, benchmark::State& state) {
  const absl::StatusOr<Comparison> comparison = row.prepare();
  if (!comparison.ok()) {
    state.SkipWithError(comparison.status().ToString());
    return;
  }
  const auto turn =
      std::chrono::duration_cast<nanoseconds>(row.turn * effort.turn_factor);
  const int64_t count = Calibrate(*comparison, turn);
  const int64_t turns = std::clamp(
      effort.round / std::max(turn, nanoseconds(1)), kMinTurns, kMaxTurns);
  std::vector<double> subject_ns;
  std::vector<double> baseline_ns;
  std::vector<double> ratios;
  for (auto _ : state) {
    const Times times = MeasureRound(*comparison, count, turns);
    // A coarse clock may show no time at all for a turn of a smoke test.
    const double safe_ns = std::max(times.baseline_ns, 0.001);
    subject_ns.push_back(times.subject_ns);
    baseline_ns.push_back(safe_ns);
    ratios.push_back(times.subject_ns / safe_ns);
    state.SetIterationTime(times.subject_ns * 1e-9);
  }
  // Google Benchmark's own figure is the mean, which a single slow round
  // distorts.
  state.counters[kSubjectCounter] = Median(subject_ns);
  state.counters[kBaselineCounter] = Median(baseline_ns);
  state.counters[kRatioCounter] = Median(ratios);
  state.counters[kMinRatioCounter] =
      *std::min_element(ratios.begin(), ratios.end());
  state.counters[kMaxRatioCounter] =
      *std::max_element(ratios.begin(), ratios.end());
}

}  // namespace

void RegisterBenchmarks(const Effort& effort) {
  for (const Row& row : AllRows()) {
    benchmark::RegisterBenchmark(row.name,
                                 [&row, effort](benchmark::State& state) {
                                   Measure(row, effort, state);
                                 })
        ->Iterations(effort.rounds)
        ->UseManualTime();
  }
}

}  // namespace relib::bench
