// A module built with a header in which Point is three-dimensional. A call
// would be undefined behavior, so the module is refused.

#include <string>

#include "relib/module.h"

struct Point {
  float x = 0;
  double y = 0;
  double z = 0;
};

struct ShapeExports {
  relib::Export<std::string()> name;
  relib::Export<Point(double scale)> size;
};
RELIB_INTERFACE(ShapeExports, name, size);

RELIB_EXPORTS(ShapeExports,
              .name = relib::implement<[] { return std::string("cube"); }>,
              .size = relib::implement<[](double scale) {
                return Point{static_cast<float>(scale), scale, scale};
              }>);
