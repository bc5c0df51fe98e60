// EXPECT: relib::FunctionRef for a callback

#include <functional>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::function<void()>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::function<void()>)> use(const Exports& exports) {
  return exports.first;
}
