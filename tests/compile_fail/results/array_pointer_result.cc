// EXPECT: it doesn't know how many there are

#include <memory>

#include "relib/module.h"

struct Exports {
  relib::Export<std::unique_ptr<int[]>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::unique_ptr<int[]>()> use(const Exports& exports) {
  return exports.first;
}
