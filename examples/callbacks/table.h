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
  // Calls `visit` with each row until it says false; how many it has called.
  relib::Export<int(relib::FunctionRef<bool(const Row& row)> visit)> each_row;
  // The warmest city, as the import `compare` sees it.
  relib::Export<std::string()> warmest;
};
RELIB_INTERFACE(TableExports, each_row, warmest);

struct TableImports {
  // Picks one of two rows by asking `celsius_of`, a callback of the module's,
  // for what it needs to know.
  relib::Import<std::string(
      std::string_view a, std::string_view b,
      relib::FunctionRef<double(std::string_view city)> celsius_of)>
      compare;
};
RELIB_INTERFACE(TableImports, compare);

#endif  // EXAMPLES_CALLBACKS_TABLE_H_
