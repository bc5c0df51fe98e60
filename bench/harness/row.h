#ifndef BENCH_HARNESS_ROW_H_
#define BENCH_HARNESS_ROW_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"

// A row of //bench:report compares an operation of relib, the subject, with the
// same work without relib, the baseline.
//
//   const RowRegistration call_export({
//       .name = "call.export",
//       .baseline = "raw function pointer",
//       .goal = 1.7,
//       .prepare = []() -> absl::StatusOr<Comparison> { ... },
//   });
//
// A registration at namespace scope, in a source of a library
// //bench/rows:*_rows, adds the row to the report.

namespace relib::bench {

// Performs the operation `count` times, and returns how long that took. The
// time may leave out preparations between two operations.
using Side = std::function<std::chrono::nanoseconds(int64_t count)>;

// The two sides that a row compares.
struct Comparison {
  Side subject;
  Side baseline;
};

struct Row {
  std::string name;
  // A description of the baseline for readers of the report.
  std::string baseline;
  // The limit of the ratio to the baseline.
  std::optional<double> goal = std::nullopt;
  // Prepares both sides, for instance loads modules; not measured. The sides
  // own what they need, and are destroyed after the row.
  std::function<absl::StatusOr<Comparison>()> prepare;
  // The minimum duration of a turn of one side. The sides take turns.
  std::chrono::nanoseconds turn = std::chrono::microseconds(200);
};

// Adds a row to AllRows().
class RowRegistration {
 public:
  explicit RowRegistration(Row row);
};

// Returns the rows in the order of their registration.
const std::vector<Row>& AllRows();

// Returns the duration of `function()`.
template <typename Function>
std::chrono::nanoseconds TimeOf(Function&& function) {
  const auto begin = std::chrono::steady_clock::now();
  std::forward<Function>(function)();
  return std::chrono::steady_clock::now() - begin;
}

// Calls `call()` `count` times. The call is inlined into the loop, because
// compilers differ in what they inline by themselves.
template <typename Call>
[[gnu::flatten]] void Repeat(const Call& call, int64_t count) {
  for (int64_t i = 0; i < count; ++i) benchmark::DoNotOptimize(call());
}

// Returns a side that repeats `call()`.
template <typename Call>
Side Repeated(Call call) {
  return [call = std::move(call)](int64_t count) {
    return TimeOf([&] { Repeat(call, count); });
  };
}

}  // namespace relib::bench

#endif  // BENCH_HARNESS_ROW_H_
