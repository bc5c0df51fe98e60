// EXPECT: this result type can't cross between host and module

#include <functional>

#include "relib/module.h"

struct Exports {
  relib::Export<std::function<void()>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::function<void()>()> use(const Exports& exports) {
  return exports.first;
}
