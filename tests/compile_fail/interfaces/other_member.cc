// EXPECT: the struct may hold nothing else

#include "relib/interface.h"

struct Exports {
  relib::Export<int(int)> first;
  int number;
};
RELIB_INTERFACE(Exports, first);
