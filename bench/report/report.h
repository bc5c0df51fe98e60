#ifndef BENCH_REPORT_REPORT_H_
#define BENCH_REPORT_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/harness/measure.h"

namespace relib::bench {

// The result of a row. A ratio compares the subject with the baseline of the
// same round. `ratio` and the times are medians over all rounds.
struct Result {
  std::string name;
  double ns = 0;
  std::string baseline;
  double baseline_ns = 0;
  double ratio = 0;
  double min_ratio = 0;
  double max_ratio = 0;
  // The limit of `ratio`, if the row has one.
  std::optional<double> goal;
};

// Measures every row that is linked in and that --benchmark_filter selects, and
// prints each result as a line of a table as soon as it is known. An error
// names the row that could not be measured. Call it once.
absl::StatusOr<std::vector<Result>> RunReport(const Effort& effort);

// Returns the results as one JSON object, a line for each row: the name of the
// row, and an object with the fields of Result. `goal` is left out if there is
// none.
std::string ToJson(const std::vector<Result>& results);

}  // namespace relib::bench

#endif  // BENCH_REPORT_REPORT_H_
