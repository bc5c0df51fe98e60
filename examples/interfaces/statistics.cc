#include "examples/interfaces/statistics.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relib/module.h"

namespace {

std::optional<Summary> Summarize(const std::vector<Measurement>& measurements) {
  if (measurements.empty()) return std::nullopt;
  const auto& host = relib::imports<StatisticsImports>();
  Summary summary{.lowest = measurements.front().celsius,
                  .highest = measurements.front().celsius};
  double sum = 0;
  for (const Measurement& measurement : measurements) {
    summary.lowest = std::min(summary.lowest, measurement.celsius);
    summary.highest = std::max(summary.highest, measurement.celsius);
    sum += measurement.celsius;
    if (host.is_outlier(measurement.station, measurement.celsius)) {
      summary.outliers.push_back(measurement.station);
    }
  }
  summary.mean = sum / static_cast<double>(measurements.size());
  return summary;
}

std::map<std::string, Summary> SummarizeStations(
    const std::vector<Measurement>& measurements) {
  std::map<std::string, std::vector<Measurement>> by_station;
  for (const Measurement& measurement : measurements) {
    by_station[measurement.station].push_back(measurement);
  }
  std::map<std::string, Summary> summaries;
  for (const auto& [station, of_station] : by_station) {
    summaries[station] = *Summarize(of_station);
  }
  return summaries;
}

}  // namespace

RELIB_IMPORTS(StatisticsImports);
RELIB_EXPORTS(StatisticsExports, .summarize = relib::implement<Summarize>,
              .summarize_stations = relib::implement<SummarizeStations>);
