// EXPECT: relib::Borrowed<T> if it points into an argument

#include <string_view>

#include "relib/module.h"

struct Line {
  std::string_view text;
  int number = 0;
};

struct Exports {
  relib::Export<Line()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<Line()> use(const Exports& exports) { return exports.first; }
