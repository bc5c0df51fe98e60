// EXPECT: relib_imports_of_Imports

#include "relib/module.h"

struct Imports {
  relib::Import<int(int)> first;
};
RELIB_INTERFACE(Imports, first);

RELIB_MAIN(int) { return relib::imports<Imports>().first(1); }
