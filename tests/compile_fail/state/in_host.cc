// EXPECT: a host can't reach into a StateRef

#include "relib/state/interface.h"

struct World {
  int ticks = 0;
};

// As relib/host.h has it, which needs more than a compiler.
template <>
struct relib::internal::LocalSide<void> {
  using Type = HostSide;
};

int Ticks(relib::StateRef<World> world) { return world->ticks; }
