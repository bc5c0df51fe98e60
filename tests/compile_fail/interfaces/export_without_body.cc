// EXPECT: the export 'second' has no body

#include "relib/module.h"

struct Exports {
  relib::Export<int(int)> first;
  relib::Export<int(int)> second;
};
RELIB_INTERFACE(Exports, first, second);

RELIB_EXPORTS(Exports,
              .first = relib::implement<[](int value) { return value; }>);
