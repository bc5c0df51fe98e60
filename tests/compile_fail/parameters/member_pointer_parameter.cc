// EXPECT: relib::FunctionRef

#include <utility>

#include "relib/module.h"

struct Exports {
  relib::Export<void(int std::pair<int, int>::*)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(int std::pair<int, int>::*)> use(const Exports& exports) {
  return exports.first;
}
