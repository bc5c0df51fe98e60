// EXPECT: std::span, or an index

#include <vector>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::vector<int>::iterator)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::vector<int>::iterator)> use(const Exports& exports) {
  return exports.first;
}
