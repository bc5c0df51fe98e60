// A module built with an older header, which has no `paint`.

#include <string>

#include "relib/module.h"

struct Point {
  double x = 0;
  double y = 0;
};

struct ShapeExports {
  relib::Export<std::string()> name;
  relib::Export<Point(double scale)> size;
};
RELIB_INTERFACE(ShapeExports, name, size);

RELIB_EXPORTS(
    ShapeExports,
    .name = relib::implement<[] { return std::string("square"); }>,
    .size = relib::implement<[](double scale) { return Point{scale, scale}; }>);
