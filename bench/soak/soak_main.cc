// bazel run -c opt //bench:soak -- [CYCLES]
//
// Checks that nothing grows while a module is loaded and unloaded again and
// again. The exit code is 1 if something grows.

#include <cstdint>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "bench/harness/module_files.h"
#include "bench/soak/samples.h"
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

  const soak::Result result =
      soak::RunSoak(relib::bench::CopyOfModule("soak/modules/soak_module"),
                    cycles, kSamples, soak::TablePrinter());
  return soak::PrintVerdict(
      result.samples,
      absl::StrFormat(
          "%d cycles, %d calls from four threads. The last module: %s", cycles,
          result.calls, result.report));
}
