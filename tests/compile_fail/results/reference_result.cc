// EXPECT: a reference can't be returned between host and module

#include <vector>

#include "relib/module.h"

struct Exports {
  relib::Export<const int&()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<const int&()> use(const Exports& exports) {
  return exports.first;
}
