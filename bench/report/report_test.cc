// Runs every row as briefly as possible, and checks the report about them.

#include "bench/report/report.h"

#include <cmath>
#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "bench/harness/measure.h"
#include "bench/harness/row.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"

namespace relib::bench {
namespace {

using ::testing::IsSupersetOf;

// Returns the names of the rows of a report in JSON. Fails the test if a row
// lacks a field, has a field that it should not have, or has a field without a
// sensible value.
std::set<std::string> RowsIn(const std::string& json) {
  const std::regex row(
      R"re(  "([^"]+)": \{"ns": (.+), "baseline": "[^"]+", )re"
      R"re("baseline_ns": (.+), "ratio": (.+), "min_ratio": (.+), )re"
      R"re("max_ratio": ([^,]+)(?:, "goal": ([^,]+))?\}(,?))re");
  std::set<std::string> names;
  const std::vector<std::string> lines = absl::StrSplit(json, '\n');
  // The braces of the object are on lines of their own, and the text ends with
  // a newline.
  EXPECT_GE(lines.size(), 3);
  EXPECT_EQ(lines.front(), "{");
  EXPECT_TRUE(json.ends_with("\n}\n"));
  for (size_t i = 1; i + 2 < lines.size(); ++i) {
    SCOPED_TRACE(lines[i]);
    std::smatch fields;
    if (!std::regex_match(lines[i], fields, row)) {
      ADD_FAILURE() << "not a row";
      continue;
    }
    names.insert(fields[1]);
    for (size_t field = 2; field <= 7; ++field) {
      if (!fields[field].matched) continue;
      double number = 0;
      EXPECT_TRUE(absl::SimpleAtod(fields[field].str(), &number)) << field;
      EXPECT_TRUE(std::isfinite(number)) << field;
      EXPECT_GE(number, 0) << field;
    }
    const bool is_last = i + 3 == lines.size();
    EXPECT_EQ(fields[8], is_last ? "" : ",");
  }
  return names;
}

TEST(ReportTest, HoldsEveryRowInFull) {
  const absl::StatusOr<std::vector<Result>> results = RunReport(kSmokeEffort);
  ASSERT_TRUE(results.ok()) << results.status();
  const std::set<std::string> rows = RowsIn(ToJson(*results));
  EXPECT_EQ(rows.size(), results->size());

  std::set<std::string> registered;
  for (const Row& row : AllRows()) registered.insert(row.name);
  EXPECT_EQ(rows, registered);
  // Notices a library of rows that is not linked in.
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
