// Measures the rows that are linked in. Accepts the options of Google
// Benchmark.

#include "bench/harness/measure.h"
#include "benchmark/benchmark.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  relib::bench::RegisterBenchmarks(relib::bench::Effort());
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
