// bazel run -c opt //bench:report -- [--json=FILE] [--benchmark_filter=REGEX]
//
// Measures all rows, prints them as a table, and writes them as JSON. README.md
// explains the figures.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/harness/measure.h"
#include "bench/report/report.h"
#include "bench/report/user_path.h"
#include "benchmark/benchmark.h"

namespace relib::bench {
namespace {

#if defined(NDEBUG) && defined(__OPTIMIZE__)
constexpr bool kOptimized = true;
#else
constexpr bool kOptimized = false;
#endif

int Main(int argc, char** argv) {
  if (!kOptimized) {
    std::cerr
        << "report: built without optimization, which measures nothing of "
           "interest; use\n  bazel run -c opt //bench:report\n";
    return 1;
  }
  constexpr std::string_view kJsonFlag = "--json=";
  std::string json_file;
  std::vector<char*> others;
  for (int i = 0; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kJsonFlag)) {
      json_file = argument.substr(kJsonFlag.size());
    } else {
      others.push_back(argv[i]);
    }
  }
  int other_count = static_cast<int>(others.size());
  benchmark::Initialize(&other_count, others.data());
  if (benchmark::ReportUnrecognizedArguments(other_count, others.data()))
    return 1;

  const absl::StatusOr<std::vector<Result>> results = RunReport(Effort());
  if (!results.ok()) {
    std::cerr << "report: " << results.status().message() << "\n";
    return 1;
  }
  if (!json_file.empty()) {
    const std::filesystem::path path = UserPath(json_file);
    std::ofstream file(path, std::ios::binary);
    file << ToJson(*results);
    file.close();
    if (!file) {
      std::cerr << "report: can't write " << path << "\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace relib::bench

int main(int argc, char** argv) { return relib::bench::Main(argc, argv); }
