// bazel run -c opt //bench:reload_soak -- [MINUTES]
//
// Checks that nothing grows while versions of a module replace each other. The
// exit code is 1 if something grows.

#include <cstdint>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "bench/soak/reload_soak.h"
#include "bench/soak/samples.h"

int main(int argc, char** argv) {
  namespace soak = relib::bench::soak;
  int64_t minutes = 60;
  constexpr int64_t kSamples = 40;
  if (argc > 2 ||
      (argc == 2 && (!absl::SimpleAtoi(argv[1], &minutes) || minutes < 1))) {
    absl::FPrintF(stderr, "usage: reload_soak [MINUTES], at least 1\n");
    return 2;
  }
  const soak::ReloadResult result = soak::RunReloadSoak(
      absl::Minutes(minutes), kSamples, soak::TablePrinter());
  return soak::PrintVerdict(
      result.samples,
      absl::StrFormat("%d reloads, %d calls from four threads, of which none "
                      "waited longer than %s. The last version: %s",
                      result.reloads, result.calls,
                      absl::FormatDuration(result.longest_pause),
                      result.report));
}
