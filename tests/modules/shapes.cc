#include "tests/modules/shapes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "relib/module.h"

namespace shapes {
namespace {

bool Negate(bool value) { return !value; }
double Multiply(double a, float b) { return a * b; }
Color NextColor(Color color) {
  return static_cast<Color>((static_cast<int>(color) + 1) % 3);
}
const char* SamePointer(const char* pointer) { return pointer; }
Point Middle(Point a, const Point& b) {
  return relib::imports<Imports>().mirror({(a.x + b.x) / -2, (a.y + b.y) / -2});
}
void Scale(Point& point, double factor) {
  point.x *= factor;
  point.y *= factor;
}
int64_t Sum(std::span<const int32_t> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), int64_t{0});
}
std::string Reverse(const std::string& text) {
  return std::string(text.rbegin(), text.rend());
}
std::string AppendToCopy(std::string text) {
  text +=
      relib::imports<Imports>().upper("! and more than fits a small string");
  return text;
}
Polygon Translate(const Polygon& polygon) {
  Polygon result = polygon;
  for (Point& point : result.points) point.x += 1;
  result.color = Color::kBlue;
  return result;
}
std::vector<Polygon> Repeat(std::vector<Polygon> polygons, size_t times) {
  std::vector<Polygon> result;
  for (size_t i = 0; i < times; ++i) {
    result.insert(result.end(), polygons.begin(), polygons.end());
  }
  return result;
}
Table Transform(const Table& table) {
  Table result = table;
  result["added"] = {int64_t{relib::imports<Imports>().twice(21)},
                     relib::imports<Imports>().sorted({"b", "c", "a"})};
  return result;
}
std::optional<std::string> Maybe(bool value) {
  if (!value) return std::nullopt;
  return std::string(1000, 'x');
}
std::tuple<int, std::string> Tuple(std::pair<int, std::string> pair) {
  return {pair.first + 1, pair.second + "+"};
}
std::unordered_map<std::string, int> Lengths(
    const std::set<std::string>& words) {
  std::unordered_map<std::string, int> result;
  for (const std::string& word : words)
    result[word] = static_cast<int>(word.size());
  return result;
}
std::array<std::string, 2> Arrays(std::array<int, 3> numbers) {
  return {std::to_string(numbers[0]), std::to_string(numbers[1] + numbers[2])};
}
std::string Big(size_t size) { return std::string(size, 'b'); }

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .negate = relib::implement<Negate>,
              .multiply = relib::implement<Multiply>,
              .next_color = relib::implement<NextColor>,
              .same_pointer = relib::implement<SamePointer>,
              .middle = relib::implement<Middle>,
              .scale = relib::implement<Scale>, .sum = relib::implement<Sum>,
              .reverse = relib::implement<Reverse>,
              .append_to_copy = relib::implement<AppendToCopy>,
              .translate = relib::implement<Translate>,
              .repeat = relib::implement<Repeat>,
              .transform = relib::implement<Transform>,
              .maybe = relib::implement<Maybe>,
              .tuple = relib::implement<Tuple>,
              .lengths = relib::implement<Lengths>,
              .arrays = relib::implement<Arrays>, .big = relib::implement<Big>);

}  // namespace shapes
