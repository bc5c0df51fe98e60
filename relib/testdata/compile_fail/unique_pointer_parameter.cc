// EXPECT: can't be made (std::unique_ptr)

#include <memory>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::unique_ptr<int>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::unique_ptr<int>)> use(const Exports& exports) {
  return exports.first;
}
