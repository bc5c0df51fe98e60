#ifndef TESTS_MODULES_SHAPES_H_
#define TESTS_MODULES_SHAPES_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "relib/interface.h"

// A module with one entry per way in which a type may cross.

namespace shapes {

enum class Color : uint8_t { kRed, kGreen, kBlue };

struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Polygon {
  std::string name;
  std::vector<Point> points;
  std::optional<Color> color;
  friend bool operator==(const Polygon&, const Polygon&) = default;
};

using Value = std::variant<std::monostate, int64_t, std::string,
                           std::vector<std::string>>;
using Table = std::map<std::string, std::vector<Value>>;

struct Exports {
  relib::Export<bool(bool)> negate;
  relib::Export<double(double, float)> multiply;
  relib::Export<Color(Color)> next_color;
  relib::Export<const char*(const char*)> same_pointer;
  relib::Export<Point(Point, const Point&)> middle;
  relib::Export<void(Point& point, double factor)> scale;
  relib::Export<int64_t(std::span<const int32_t>)> sum;
  relib::Export<std::string(const std::string&)> reverse;
  relib::Export<std::string(std::string)> append_to_copy;
  relib::Export<Polygon(const Polygon&)> translate;
  relib::Export<std::vector<Polygon>(std::vector<Polygon>, size_t)> repeat;
  relib::Export<Table(const Table&)> transform;
  relib::Export<std::optional<std::string>(bool)> maybe;
  relib::Export<std::tuple<int, std::string>(std::pair<int, std::string>)>
      tuple;
  relib::Export<std::unordered_map<std::string, int>(
      const std::set<std::string>&)>
      lengths;
  relib::Export<std::array<std::string, 2>(std::array<int, 3>)> arrays;
  relib::Export<std::string(size_t)> big;
};
RELIB_INTERFACE(Exports, negate, multiply, next_color, same_pointer, middle,
                scale, sum, reverse, append_to_copy, translate, repeat,
                transform, maybe, tuple, lengths, arrays, big);

struct Imports {
  relib::Import<int(int)> twice;
  relib::Import<double(double)> half;
  relib::Import<Point(Point)> mirror;
  relib::Import<std::string(std::string_view)> upper;
  relib::Import<std::vector<std::string>(std::vector<std::string>)> sorted;
};
RELIB_INTERFACE(Imports, twice, half, mirror, upper, sorted);

}  // namespace shapes

#endif  // TESTS_MODULES_SHAPES_H_
