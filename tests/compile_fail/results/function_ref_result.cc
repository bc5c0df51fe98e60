// EXPECT: relib: a view can't be returned between host and module

#include "relib/module.h"

struct Exports {
  relib::Export<relib::FunctionRef<void()>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<relib::FunctionRef<void()>()> use(const Exports& exports) {
  return exports.first;
}
