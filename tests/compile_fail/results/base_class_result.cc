// EXPECT: private members, a base class, virtual functions

#include <string>

#include "relib/module.h"

struct Base {
  int number = 0;
};
struct Derived : Base {
  std::string text;
};

struct Exports {
  relib::Export<Derived()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<Derived()> use(const Exports& exports) { return exports.first; }
