// Runs all rows, as briefly as it goes, and checks what the report makes of
// them.

#include "bench/report.h"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "bench/measure.h"
#include "bench/row.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::bench {
namespace {

using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

using Field = std::variant<double, std::string>;
using Object = std::map<std::string, Field>;
using Table = std::map<std::string, Object>;

// Reads an object of objects of numbers and strings, as strictly as JSON is.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  // False if the text isn't as it should be.
  bool Read(Table* table) {
    return ReadObject([&](const std::string& row) {
             Object& object = (*table)[row];
             return object.empty() && ReadObject([&](const std::string& key) {
                      return ReadField(&object[key]);
                    });
           }) &&
           Peek() == '\0';
  }

 private:
  char Peek() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) {
      rest_.remove_prefix(1);
    }
    return rest_.empty() ? '\0' : rest_[0];
  }

  bool Take(char c) {
    if (Peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <typename ReadValue>
  bool ReadObject(ReadValue read_value) {
    if (!Take('{')) return false;
    do {
      std::string key;
      if (!ReadString(&key) || !Take(':') || !read_value(key)) return false;
    } while (Take(','));
    return Take('}');
  }

  bool ReadString(std::string* text) {
    if (!Take('"')) return false;
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\') rest_.remove_prefix(1);
      if (rest_.empty() || static_cast<unsigned char>(rest_[0]) < ' ')
        return false;
      text->push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    return Take('"');
  }

  bool ReadField(Field* field) {
    if (Peek() == '"') return ReadString(&field->emplace<std::string>());
    const std::string_view number =
        rest_.substr(0, rest_.find_first_not_of("0123456789.e+-"));
    rest_.remove_prefix(number.size());
    // JSON has no "nan" and "inf", and none of their characters is let through.
    return absl::SimpleAtod(number, &field->emplace<double>());
  }

  std::string_view rest_;
};

TEST(ReportTest, HoldsEveryRowInFull) {
  const absl::StatusOr<std::vector<Result>> results = RunReport(kSmokeEffort);
  ASSERT_TRUE(results.ok()) << results.status();
  const std::string json = ToJson(*results);
  Table table;
  ASSERT_TRUE(JsonReader(json).Read(&table)) << json;

  std::set<std::string> rows;
  for (const auto& [name, object] : table) {
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
                            "call.import", "call.main", "load", "unload"}));
}

}  // namespace
}  // namespace relib::bench
