#ifndef EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_
#define EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_

#include <string>

#include "relib/interface.h"

// The current interface. older.cc, newer.cc and incompatible.cc contain other
// versions of it.

struct Point {
  double x = 0;
  double y = 0;
};

struct ShapeExports {
  relib::Export<std::string()> name;
  relib::Export<Point(double scale)> size;
  // A new export that older modules lack.
  relib::OptionalExport<std::string(std::string color)> paint;
};
RELIB_INTERFACE(ShapeExports, name, size, paint);

#endif  // EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_
