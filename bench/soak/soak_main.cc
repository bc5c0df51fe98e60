// bazel run -c opt //bench:soak -- [CYCLES]
//
// Shows that nothing grows while a module comes and goes, and ends with 1 if
// something does.

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "bench/module_files.h"
#include "bench/soak/counters.h"
#include "bench/soak/soak.h"

int main(int argc, char** argv) {
  namespace soak = relib::bench::soak;
  int64_t cycles = 100'000;
  constexpr int64_t kSamples = 40;
  if (argc > 2 ||
      (argc == 2 && (!absl::SimpleAtoi(argv[1], &cycles) || cycles < 100))) {
    absl::FPrintF(stderr, "usage: soak [CYCLES], at least 100\n");
    return 2;
  }

  bool has_heading = false;
  const auto print = [&has_heading](const soak::Sample& sample) {
    if (!has_heading) {
      absl::PrintF("%10s", "cycle");
      for (const soak::Counter& counter : sample.counters) {
        absl::PrintF("  %12s", counter.name);
      }
      absl::PrintF("\n");
      has_heading = true;
    }
    absl::PrintF("%10d", sample.cycle);
    for (const soak::Counter& counter : sample.counters) {
      absl::PrintF("  %12d", counter.value);
    }
    absl::PrintF("\n");
    std::fflush(stdout);
  };
  const soak::Result result = soak::RunSoak(
      relib::bench::CopyOfModule("soak/soak_module"), cycles, kSamples, print);

  absl::PrintF("\n");
  for (size_t i = 0; i < result.samples.front().counters.size(); ++i) {
    absl::PrintF("%12s  %s\n", result.samples.front().counters[i].name,
                 soak::Plot(result.samples, i));
  }
  absl::PrintF("\n%d cycles, %d calls from four threads. The last module: %s\n",
               cycles, result.calls, result.report);
  const std::vector<std::string> growth = soak::Growth(result.samples);
  for (const std::string& line : growth) absl::PrintF("%s\n", line);
  absl::PrintF("%s\n", growth.empty() ? "Nothing grew." : "");
  return growth.empty() ? 0 : 1;
}
