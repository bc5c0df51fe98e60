#ifndef EXAMPLES_INTERFACES_STATISTICS_H_
#define EXAMPLES_INTERFACES_STATISTICS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relib/interface.h"

// The interface of the statistics module. relib copies a value once when it
// changes its owner.

struct Measurement {
  std::string station;
  double celsius = 0;
};

struct Summary {
  double lowest = 0;
  double highest = 0;
  double mean = 0;
  std::vector<std::string> outliers = {};
};

struct StatisticsExports {
  relib::Export<std::optional<Summary>(const std::vector<Measurement>&)>
      summarize;
  relib::Export<std::map<std::string, Summary>(const std::vector<Measurement>&)>
      summarize_stations;
};
RELIB_INTERFACE(StatisticsExports, summarize, summarize_stations);

struct StatisticsImports {
  // Returns whether the host considers a measurement an outlier. Called for
  // each measurement.
  relib::Import<bool(std::string_view station, double celsius)> is_outlier;
};
RELIB_INTERFACE(StatisticsImports, is_outlier);

#endif  // EXAMPLES_INTERFACES_STATISTICS_H_
