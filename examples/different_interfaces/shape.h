#ifndef EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_
#define EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_

#include <string>

#include "relib/interface.h"

// The interface as it is now. older.cc, newer.cc and incompatible.cc were built
// with other versions of it, which stand in them.

struct Point {
  double x = 0;
  double y = 0;
};

struct ShapeExports {
  relib::Export<std::string()> name;
  relib::Export<Point(double scale)> size;
  // New: not every module has it yet.
  relib::OptionalExport<std::string(std::string color)> paint;
};
RELIB_INTERFACE(ShapeExports, name, size, paint);

#endif  // EXAMPLES_DIFFERENT_INTERFACES_SHAPE_H_
