// Rows about the cost of loading and unloading a module.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/harness/module_files.h"
#include "bench/harness/row.h"
#include "bench/modules/load_interface.h"
#include "relib/host.h"
#include "relib/internal/boundary/abi.h"
#include "tests/support/raw_library.h"

namespace relib::bench {
namespace {

using LoadModule = relib::Module<LoadExports>;

LoadModule LoadAndCall(const std::string& path) {
  absl::StatusOr<LoadModule> module = relib::Load<LoadExports>(
      path, LoadImports{.log = [](std::string_view) {}});
  CHECK_OK(module.status());
  CHECK_EQ(*module->exports().add(1, 2), 3);
  return *std::move(module);
}

void* RawLoadAndCall(const std::string& path) {
  void* library = RawOpen(path);
  const auto& descriptor = *static_cast<const internal::ModuleDescriptor*>(
      RawSymbol(library, internal::kDescriptorSymbol));
  const auto& add =
      *static_cast<const internal::ExportSlot*>(descriptor.exports->slots);
  const auto sum =
      reinterpret_cast<internal::Outcome<int> (*)(int, int)>(add.invoke)(1, 2);
  CHECK_EQ(sum.value(), 3);
  return library;
}

// Returns a side that calls `first()` and `second()` in turn, and measures one
// of them.
template <typename First, typename Second>
Side Alternately(bool measure_first, First first, Second second) {
  return [measure_first, first, second](int64_t count) {
    std::chrono::nanoseconds first_time(0);
    std::chrono::nanoseconds second_time(0);
    for (int64_t i = 0; i < count; ++i) {
      std::optional<decltype(first())> loaded;
      first_time += TimeOf([&] { loaded.emplace(first()); });
      second_time += TimeOf([&] { second(*loaded); });
    }
    return measure_first ? first_time : second_time;
  };
}

Row LoadRow(std::string name, std::string baseline, double goal,
            bool measure_load) {
  return {.name = std::move(name),
          .baseline = std::move(baseline),
          .goal = goal,
          .prepare = [measure_load]() -> absl::StatusOr<Comparison> {
            return Comparison{.subject = Alternately(
                                  measure_load,
                                  [path = CopyOfModule("modules/load_module")] {
                                    return LoadAndCall(path);
                                  },
                                  [](LoadModule& module) {
                                    CHECK_OK(module.Unload().status());
                                  }),
                              .baseline = Alternately(
                                  measure_load,
                                  [path = CopyOfModule("modules/load_module")] {
                                    return RawLoadAndCall(path);
                                  },
                                  RawClose)};
          }};
}

const RowRegistration kLoad(LoadRow("load",
                                    absl::StrCat(kRawOpenName, " + ",
                                                 kRawSymbolName, " + call"),
                                    1.4, true));

const RowRegistration kUnload(LoadRow("unload", kRawCloseName, 2, false));

}  // namespace
}  // namespace relib::bench
