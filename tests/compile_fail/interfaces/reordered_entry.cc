// EXPECT: must list every entry of the struct, in the same order

#include "relib/interface.h"

struct Exports {
  relib::Export<int(int)> first;
  relib::Export<int(int)> second;
};
RELIB_INTERFACE(Exports, second, first);
