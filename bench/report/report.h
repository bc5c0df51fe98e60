#ifndef BENCH_REPORT_REPORT_H_
#define BENCH_REPORT_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/harness/measure.h"

namespace relib::bench {

// What came of a row. Ratios compare the subject with its baseline in the same
// round; `ratio` and the times are medians over all rounds.
struct Result {
  std::string name;
  double ns = 0;
  std::string baseline;
  double baseline_ns = 0;
  double ratio = 0;
  double min_ratio = 0;
  double max_ratio = 0;
  std::optional<double> goal;
};

// Measures every row that is linked in, or those that --benchmark_filter chose,
// and prints each as a line of a table when it is done. An error names the row
// that could not be measured. Call it once.
absl::StatusOr<std::vector<Result>> RunReport(const Effort& effort);

// One object: row name to {"ns", "baseline", "baseline_ns", "ratio",
// "min_ratio", "max_ratio"}.
std::string ToJson(const std::vector<Result>& results);

}  // namespace relib::bench

#endif  // BENCH_REPORT_REPORT_H_
