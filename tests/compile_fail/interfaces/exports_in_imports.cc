// EXPECT: RELIB_IMPORTS takes a struct of relib::Import

#include "relib/module.h"

struct Exports {
  relib::Export<int(int)> first;
};
RELIB_INTERFACE(Exports, first);

RELIB_IMPORTS(Exports);
