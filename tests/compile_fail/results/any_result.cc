// EXPECT: std::variant for a value

#include <any>

#include "relib/module.h"

struct Exports {
  relib::Export<std::any()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::any()> use(const Exports& exports) { return exports.first; }
