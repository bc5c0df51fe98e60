#ifndef EXAMPLES_CALLBACKS_TABLE_H_
#define EXAMPLES_CALLBACKS_TABLE_H_

#include <string>
#include <string_view>

#include "relib/interface.h"

struct Row {
  std::string city;
  double celsius = 0;
};

struct TableExports {
  // Calls `visit` with each row until `visit` returns false. Returns the number
  // of calls.
  relib::Export<int(relib::FunctionRef<bool(const Row& row)> visit)> each_row;
  // Returns the warmest city according to the import `compare`.
  relib::Export<std::string()> warmest;
};
RELIB_INTERFACE(TableExports, each_row, warmest);

struct TableImports {
  // Returns the warmer of two cities. `celsius_of` is a callback of the module
  // that returns the temperature of a city.
  relib::Import<std::string(
      std::string_view a, std::string_view b,
      relib::FunctionRef<double(std::string_view city)> celsius_of)>
      compare;
};
RELIB_INTERFACE(TableImports, compare);

#endif  // EXAMPLES_CALLBACKS_TABLE_H_
