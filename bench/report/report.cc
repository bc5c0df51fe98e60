#include "bench/report/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/harness/measure.h"
#include "bench/harness/row.h"
#include "benchmark/benchmark.h"

namespace relib::bench {
namespace {

const Row* FindRow(std::string_view name) {
  for (const Row& row : AllRows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string ReadableTime(double ns) {
  if (ns < 1e3) return absl::StrFormat("%.2f ns", ns);
  if (ns < 1e6) return absl::StrFormat("%.2f us", ns / 1e3);
  return absl::StrFormat("%.2f ms", ns / 1e6);
}

class TableReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override {
    for (const Row& row : AllRows()) {
      name_width_ = std::max(name_width_, row.name.size());
      baseline_width_ = std::max(baseline_width_, row.baseline.size());
    }
    std::string load;
    for (const double average : context.cpu_info.load_avg) {
      absl::StrAppendFormat(&load, "%s%.2f", load.empty() ? ", load " : " ",
                            average);
    }
    absl::PrintF("%d processors%s\n\n", context.cpu_info.num_cpus, load);
    absl::PrintF("%-*s %11s   %-*s %11s %7s %7s %7s %6s\n",
                 static_cast<int>(name_width_), "row", "time",
                 static_cast<int>(baseline_width_), "baseline", "time", "ratio",
                 "min", "max", "goal");
    return true;
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      // Google Benchmark appends its settings to the name that it was given.
      const std::string& name = run.run_name.function_name;
      const Row* row = FindRow(name);
      if (row == nullptr) continue;
      if (run.skipped != benchmark::internal::NotSkipped) {
        error_ = absl::StrCat(name, ": ", run.skip_message);
        continue;
      }
      const auto counter = [&run](const char* counter) {
        return run.counters.at(counter).value;
      };
      results_.push_back({.name = name,
                          .ns = counter(kSubjectCounter),
                          .baseline = row->baseline,
                          .baseline_ns = counter(kBaselineCounter),
                          .ratio = counter(kRatioCounter),
                          .min_ratio = counter(kMinRatioCounter),
                          .max_ratio = counter(kMaxRatioCounter),
                          .goal = row->goal});
      Print(results_.back());
    }
  }

  absl::StatusOr<std::vector<Result>> TakeResults() {
    if (!error_.empty()) return absl::InternalError(error_);
    return std::move(results_);
  }

 private:
  void Print(const Result& result) const {
    std::string goal = "-";
    if (result.goal.has_value()) {
      goal = absl::StrFormat("%.2f%s", *result.goal,
                             result.ratio <= *result.goal ? "" : " missed");
    }
    absl::PrintF("%-*s %11s   %-*s %11s %7.2f %7.2f %7.2f %6s\n",
                 static_cast<int>(name_width_), result.name,
                 ReadableTime(result.ns), static_cast<int>(baseline_width_),
                 result.baseline, ReadableTime(result.baseline_ns),
                 result.ratio, result.min_ratio, result.max_ratio, goal);
    std::fflush(stdout);
  }

  size_t name_width_ = 0;
  size_t baseline_width_ = 0;
  std::vector<Result> results_;
  std::string error_;
};

}  // namespace

absl::StatusOr<std::vector<Result>> RunReport(const Effort& effort) {
  RegisterBenchmarks(effort);
  TableReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.TakeResults();
}

std::string ToJson(const std::vector<Result>& results) {
  std::ostringstream json;
  json << "{";
  const char* separator = "\n";
  for (const Result& result : results) {
    // std::quoted() escapes as JSON does, except for control characters.
    json << std::exchange(separator, ",\n") << "  " << std::quoted(result.name)
         << ": {\"ns\": " << result.ns
         << ", \"baseline\": " << std::quoted(result.baseline)
         << ", \"baseline_ns\": " << result.baseline_ns
         << ", \"ratio\": " << result.ratio
         << ", \"min_ratio\": " << result.min_ratio
         << ", \"max_ratio\": " << result.max_ratio;
    if (result.goal.has_value()) json << ", \"goal\": " << *result.goal;
    json << "}";
  }
  json << "\n}\n";
  return json.str();
}

}  // namespace relib::bench
