#ifndef RELIB_RELOAD_TESTDATA_PARTS_H_
#define RELIB_RELOAD_TESTDATA_PARTS_H_

#include "relib/interface.h"

// A module that another one uses.

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
  // The number of this one and that of the part, asked for twice.
  relib::Export<int()> sum;
  // The part's, as the static constructors saw it.
  relib::Export<int()> part_at_start;
};
RELIB_INTERFACE(WholeExports, sum, part_at_start);

#endif  // RELIB_RELOAD_TESTDATA_PARTS_H_
