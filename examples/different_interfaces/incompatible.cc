// Built with a header in which Point has become three-dimensional: to call it
// would be undefined behaviour, so it isn't loaded.

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
