// EXPECT: a view can't be returned between host and module

#include "relib/module.h"
#include "relib/state/interface.h"

struct World {
  int ticks = 0;
};
struct Exports {
  relib::Export<relib::StateRef<World>()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<relib::StateRef<World>()> use(const Exports& exports) {
  return exports.first;
}
