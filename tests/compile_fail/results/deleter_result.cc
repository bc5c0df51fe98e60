// EXPECT: Wrap what it holds in a class

#include <memory>

#include "relib/module.h"

struct Exports {
  relib::Export<std::unique_ptr<int, void (*)(int*)>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::unique_ptr<int, void (*)(int*)>()> use(
    const Exports& exports) {
  return exports.first;
}
