// EXPECT: Export takes a function type R(A...)

#include "relib/module.h"

struct Exports {
  relib::Export<void() noexcept> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void() noexcept> use(const Exports& exports) {
  return exports.first;
}
