// EXPECT: an interface holds either exports or imports, not both

#include "relib/module.h"

struct Mixed {
  relib::Export<int(int)> first;
  relib::Import<int(int)> second;
};
RELIB_INTERFACE(Mixed, first, second);

RELIB_EXPORTS(Mixed,
              .first = relib::implement<[](int value) { return value; }>);
