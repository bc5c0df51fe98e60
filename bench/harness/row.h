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

// A row of //bench:report: something that relib does, next to what it costs
// without relib.
//
//   const RowRegistration call_export({
//       .name = "call.export",
//       .baseline = "raw function pointer",
//       .goal = 1.7,
//       .prepare = []() -> absl::StatusOr<Comparison> { ... },
//   });
//
// At namespace scope of a source of the library //bench:*_rows, this is all
// that a new row takes.

namespace relib::bench {

// Does the thing `count` times, and returns how long that took. What is done
// between two times and isn't part of the thing may be left out.
using Side = std::function<std::chrono::nanoseconds(int64_t count)>;

struct Comparison {
  Side subject;
  Side baseline;
};

struct Row {
  std::string name;
  // What it is compared with, for people.
  std::string baseline;
  // The ratio to the baseline that the row shall not exceed.
  std::optional<double> goal = std::nullopt;
  // Loads modules and so on, not measured. What the sides need is captured by
  // them, and goes with them when the row is done.
  std::function<absl::StatusOr<Comparison>()> prepare;
  // The sides take turns; one turn takes at least this long.
  std::chrono::nanoseconds turn = std::chrono::microseconds(200);
};

class RowRegistration {
 public:
  explicit RowRegistration(Row row);
};

// In order of registration.
const std::vector<Row>& AllRows();

// How long `function()` takes.
template <typename Function>
std::chrono::nanoseconds TimeOf(Function&& function) {
  const auto begin = std::chrono::steady_clock::now();
  std::forward<Function>(function)();
  return std::chrono::steady_clock::now() - begin;
}

// Does `call()` again and again, in a loop that it is a part of: compilers
// differ in what they would inline.
template <typename Call>
[[gnu::flatten]] void Repeat(const Call& call, int64_t count) {
  for (int64_t i = 0; i < count; ++i) benchmark::DoNotOptimize(call());
}

// The common kind of side.
template <typename Call>
Side Repeated(Call call) {
  return [call = std::move(call)](int64_t count) {
    return TimeOf([&] { Repeat(call, count); });
  };
}

}  // namespace relib::bench

#endif  // BENCH_HARNESS_ROW_H_
