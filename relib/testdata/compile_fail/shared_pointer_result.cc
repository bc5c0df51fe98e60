// EXPECT: this result type can't cross between host and module

#include <memory>

#include "relib/module.h"

struct Exports {
  relib::Export<std::shared_ptr<int>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::shared_ptr<int>()> use(const Exports& exports) {
  return exports.first;
}
