// Loads two modules with different interfaces into one host: one computes, one
// formats, and neither knows about the other.
//
//   bazel run //examples:interfaces

#include "relib/host.h"

#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/interfaces/formatter.h"
#include "examples/interfaces/statistics.h"

namespace {

absl::Status Run(const std::string& statistics_path,
                 const std::string& formatter_path) {
  // An import may be any callable, including a lambda with captures.
  const double limit = 30;
  int asked = 0;
  absl::StatusOr<relib::Module<StatisticsExports>> statistics =
      relib::Load<StatisticsExports>(
          statistics_path, StatisticsImports{.is_outlier = [&](std::string_view,
                                                               double celsius) {
            ++asked;
            return celsius > limit;
          }});
  if (!statistics.ok()) return statistics.status();
  absl::StatusOr<relib::Module<FormatterExports>> formatter =
      relib::Load<FormatterExports>(formatter_path);
  if (!formatter.ok()) return formatter.status();

  const std::vector<Measurement> measurements = {
      {"Uccle", 11.5}, {"Uccle", 31.0}, {"Ostend", 14.0}, {"Ostend", 16.5}};
  absl::StatusOr<std::map<std::string, Summary>> summaries =
      statistics->exports().summarize_stations(measurements);
  if (!summaries.ok()) return summaries.status();

  absl::StatusOr<std::string> title =
      formatter->exports().format_title("Temperatures");
  if (!title.ok()) return title.status();
  std::cout << *title << "\n";
  for (const auto& [station, summary] : *summaries) {
    const std::vector<Cell> cells = {station, summary.lowest, summary.highest,
                                     summary.mean};
    absl::StatusOr<std::string> row = formatter->exports().format_row(
        cells, {.alignment = Alignment::kRight});
    if (!row.ok()) return row.status();
    std::cout << *row << (summary.outliers.empty() ? "" : "  !") << "\n";
  }
  std::cout << "the module asked " << asked << " times\n";

  // An exception of the module becomes a status with its type and text.
  absl::Status error =
      formatter->exports().format_row({}, {.width = 0}).status();
  if (std::optional<relib::ExceptionInfo> exception =
          relib::ExceptionOf(error)) {
    std::cout << "caught " << exception->type << ": " << exception->what
              << "\n";
  }

  // Each module can be unloaded independently of the other.
  absl::Status unloaded = statistics->Unload().status();
  if (!unloaded.ok()) return unloaded;
  std::cout << "after the unload: "
            << statistics->exports().summarize(measurements).status().message()
            << "\n";
  return formatter->Unload().status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: interfaces STATISTICS_MODULE FORMATTER_MODULE\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2]);
  if (!status.ok()) {
    std::cerr << status.message() << "\n";
    return 1;
  }
  return 0;
}
