// Runs all rows, as briefly as it goes, and checks what the report makes of
// them.

#include "bench/report/report.h"

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/harness/measure.h"
#include "bench/harness/row.h"
#include "bench/report/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/target.h"

namespace relib::bench {
namespace {

using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

TEST(ReportTest, HoldsEveryRowInFull) {
  const absl::StatusOr<std::vector<Result>> results = RunReport(kSmokeEffort);
  ASSERT_TRUE(results.ok()) << results.status();
  const std::string json = ToJson(*results);
  const std::optional<JsonTable> table = ReadJson(json);
  ASSERT_TRUE(table.has_value()) << json;

  std::set<std::string> rows;
  for (const auto& [name, object] : *table) {
    SCOPED_TRACE(name);
    rows.insert(name);
    std::set<std::string> keys;
    for (const auto& [key, field] : object) {
      keys.insert(key);
      if (key == "baseline") {
        ASSERT_TRUE(std::holds_alternative<std::string>(field));
        EXPECT_NE(std::get<std::string>(field), "");
      } else {
        ASSERT_TRUE(std::holds_alternative<double>(field)) << key;
        EXPECT_TRUE(std::isfinite(std::get<double>(field))) << key;
        EXPECT_GE(std::get<double>(field), 0) << key;
      }
    }
    EXPECT_THAT(keys, UnorderedElementsAre("ns", "baseline", "baseline_ns",
                                           "ratio", "min_ratio", "max_ratio"));
  }

  std::set<std::string> registered;
  for (const Row& row : AllRows()) registered.insert(row.name);
  EXPECT_EQ(rows, registered);
  // Also when a library of rows is not linked in.
  EXPECT_THAT(rows,
              IsSupersetOf({"call.direct", "call.virtual", "call.export",
                            "call.import", "call.main", "load", "unload",
                            "heap.pair_64.1", "heap.pair_64.2", "heap.mixed.1",
                            "heap.mixed.2", "heap.calloc_64MiB",
                            "unload.leaks_100000", "unload.leaks_1000000"}));
  if (platform::kTargetSystem == platform::System::kLinux) {
    EXPECT_THAT(rows,
                IsSupersetOf({"load.mappings_50000", "unload.mappings_50000"}));
  }
}

}  // namespace
}  // namespace relib::bench
