// bazel run //bench:table -- LINUX.json WINDOWS.json PAGE.md
//
// Puts what //bench:report has measured on both systems into a page, in place
// of what stands between its lines `<!-- bench: begin -->` and `<!-- bench: end
// -->`.
// "-" instead of a file: not measured there.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/harness/row.h"
#include "bench/report/json.h"
#include "bench/report/user_path.h"

namespace relib::bench {
namespace {

constexpr std::string_view kBegin = "<!-- bench: begin -->\n";
constexpr std::string_view kEnd = "<!-- bench: end -->\n";

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(UserPath(path), std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<JsonTable> ReadReport(const std::string& path) {
  if (path == "-") return JsonTable();
  const std::optional<std::string> text = ReadFile(path);
  return text.has_value() ? ReadJson(*text) : std::nullopt;
}

// "1.48 (1.43 to 1.59)"
std::string Ratio(const JsonTable& report, const std::string& row) {
  const auto found = report.find(row);
  if (found == report.end()) return "";
  const auto number = [&](const char* key) {
    const auto field = found->second.find(key);
    if (field == found->second.end()) return 0.0;
    const double* value = std::get_if<double>(&field->second);
    return value != nullptr ? *value : 0.0;
  };
  return absl::StrFormat("%.2f (%.2f to %.2f)", number("ratio"),
                         number("min_ratio"), number("max_ratio"));
}

std::string MarkdownTable(const JsonTable& linux, const JsonTable& windows) {
  std::string text =
      "\n| row | baseline | goal | Linux | Windows |\n| --- | --- | --- | --- "
      "| --- "
      "|\n";
  for (const Row& row : AllRows()) {
    absl::StrAppend(&text, "| `", row.name, "` | ", row.baseline, " | ",
                    row.goal.has_value() ? absl::StrCat("<= ", *row.goal) : "",
                    " | ", Ratio(linux, row.name), " | ",
                    Ratio(windows, row.name), " |\n");
  }
  return text + "\n";
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: table LINUX.json WINDOWS.json PAGE.md\n";
    return 2;
  }
  const std::optional<JsonTable> linux = ReadReport(argv[1]);
  const std::optional<JsonTable> windows = ReadReport(argv[2]);
  std::optional<std::string> page = ReadFile(argv[3]);
  if (!linux.has_value() || !windows.has_value() || !page.has_value()) {
    std::cerr << "table: can't read "
              << argv[!linux.has_value()     ? 1
                      : !windows.has_value() ? 2
                                             : 3]
              << "\n";
    return 1;
  }
  const size_t begin = page->find(kBegin);
  const size_t end = page->find(kEnd);
  if (begin == page->npos || end == page->npos || end < begin) {
    std::cerr << "table: " << argv[3] << " lacks the lines\n" << kBegin << kEnd;
    return 1;
  }
  const size_t first = begin + kBegin.size();
  page->replace(first, end - first, MarkdownTable(*linux, *windows));
  std::ofstream file(UserPath(argv[3]), std::ios::binary);
  file << *page;
  file.close();
  if (!file) {
    std::cerr << "table: can't write " << argv[3] << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace relib::bench

int main(int argc, char** argv) { return relib::bench::Main(argc, argv); }
