// EXPECT: reference inside of a type

#include <functional>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::reference_wrapper<int>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::reference_wrapper<int>)> use(const Exports& exports) {
  return exports.first;
}
