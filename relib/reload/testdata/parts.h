#ifndef RELIB_RELOAD_TESTDATA_PARTS_H_
#define RELIB_RELOAD_TESTDATA_PARTS_H_

#include "relib/interface.h"

// The interfaces of two modules, of which `whole` uses `part`.

struct PartExports {
  relib::Export<int()> number;
};
RELIB_INTERFACE(PartExports, number);

struct WholeImports {
  relib::Import<int()> part;
  // Runs inside of `sum`.
  relib::Import<void()> meanwhile;
};
RELIB_INTERFACE(WholeImports, part, meanwhile);

struct WholeExports {
  // Returns the number of this module plus that of the part, which it asks for
  // twice.
  relib::Export<int()> sum;
  // Returns the number of the part, as the static constructors saw it.
  relib::Export<int()> part_at_start;
};
RELIB_INTERFACE(WholeExports, sum, part_at_start);

#endif  // RELIB_RELOAD_TESTDATA_PARTS_H_
