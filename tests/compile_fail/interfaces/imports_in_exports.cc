// EXPECT: RELIB_EXPORTS takes a struct of relib::Export

#include "relib/module.h"

struct Imports {
  relib::Import<int(int)> first;
};
RELIB_INTERFACE(Imports, first);

RELIB_EXPORTS(Imports);
