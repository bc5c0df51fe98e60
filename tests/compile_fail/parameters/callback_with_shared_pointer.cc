// EXPECT: std::unique_ptr, or a number

#include <memory>

#include "relib/module.h"

struct Exports {
  relib::Export<void(relib::FunctionRef<void(std::shared_ptr<int>)>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(relib::FunctionRef<void(std::shared_ptr<int>)>)> use(
    const Exports& exports) {
  return exports.first;
}
