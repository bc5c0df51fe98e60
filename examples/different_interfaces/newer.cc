// A module built with a newer header. It has more exports than the host knows,
// in another order.

#include <string>

#include "relib/module.h"

struct Point {
  double x = 0;
  double y = 0;
};

struct ShapeExports {
  relib::Export<void(double degrees)> rotate;
  relib::Export<Point(double scale)> size;
  relib::Export<std::string(std::string color)> paint;
  relib::Export<std::string()> name;
};
RELIB_INTERFACE(ShapeExports, rotate, size, paint, name);

RELIB_EXPORTS(
    ShapeExports, .rotate = relib::implement<[](double) {}>,
    .size =
        relib::implement<[](double scale) { return Point{3 * scale, scale}; }>,
    .paint =
        relib::implement<[](std::string color) { return color + " ellipse"; }>,
    .name = relib::implement<[] { return std::string("ellipse"); }>);
