// bazel run -c opt //bench:report -- [--json=FILE] [--benchmark_filter=REGEX]
//
// Measures all rows, prints them as a table, and writes them as JSON. README.md
// in bench/ explains the figures.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "bench/harness/measure.h"
#include "bench/report/report.h"
#include "benchmark/benchmark.h"

ABSL_FLAG(std::string, json, "", "file to which the results are written");

namespace relib::bench {
namespace {

#if defined(NDEBUG) && defined(__OPTIMIZE__)
constexpr bool kOptimized = true;
#else
constexpr bool kOptimized = false;
#endif

void PrintHelp() {
  std::cout << "report [--json=FILE] [--benchmark_filter=REGEX]\n\n"
               "Measures the rows that REGEX selects, by default all, prints "
               "them as a table,\nand writes them to FILE. Options of Google "
               "Benchmark:\n\n";
  benchmark::PrintDefaultHelp();
}

// Returns `path` relative to the directory in which the user called `bazel
// run`, which starts programs in another one.
std::filesystem::path UserPath(const std::string& path) {
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  return directory == nullptr ? std::filesystem::path(path)
                              : std::filesystem::path(directory) / path;
}

int Main(int argc, char** argv) {
  if (!kOptimized) {
    std::cerr
        << "report: built without optimization, which measures nothing of "
           "interest; use\n  bazel run -c opt //bench:report\n";
    return 1;
  }
  // Removes the options of Google Benchmark from the command line.
  benchmark::Initialize(&argc, argv, PrintHelp);
  if (absl::ParseCommandLine(argc, argv).size() > 1) {
    std::cerr << "report: takes options only; see --help\n";
    return 1;
  }

  const absl::StatusOr<std::vector<Result>> results = RunReport(Effort());
  if (!results.ok()) {
    std::cerr << "report: " << results.status().message() << "\n";
    return 1;
  }
  if (const std::string json = absl::GetFlag(FLAGS_json); !json.empty()) {
    const std::filesystem::path path = UserPath(json);
    std::ofstream file(path, std::ios::binary);
    file << ToJson(*results);
    file.close();
    if (!file) {
      std::cerr << "report: cannot write " << path << "\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace relib::bench

int main(int argc, char** argv) { return relib::bench::Main(argc, argv); }
