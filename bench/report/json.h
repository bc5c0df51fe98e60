#ifndef BENCH_REPORT_JSON_H_
#define BENCH_REPORT_JSON_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace relib::bench {

using JsonField = std::variant<double, std::string>;
using JsonTable = std::map<std::string, std::map<std::string, JsonField>>;

// Reads an object of objects of numbers and strings: what //bench:report
// writes. Empty if the text is anything else.
std::optional<JsonTable> ReadJson(std::string_view text);

}  // namespace relib::bench

#endif  // BENCH_REPORT_JSON_H_
