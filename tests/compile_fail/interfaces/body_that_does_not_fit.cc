// EXPECT: the implementation doesn't fit the entry's signature

#include <string>

#include "relib/module.h"

struct Exports {
  relib::Export<int(int)> first;
};
RELIB_INTERFACE(Exports, first);

RELIB_EXPORTS(
    Exports,
    .first = relib::implement<[](std::string) { return std::string(); }>);
